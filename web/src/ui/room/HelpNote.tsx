import { useId, useState } from "preact/hooks";

import { t } from "../../i18n";
import type { SessionStore } from "../../session/model";
import { useShout } from "./useShout";

const LONGEST_NOTE = 200; // `note` of call_help in the protocol

/** A line for the facilitators, after the call: the call itself waits for no words. */
export function HelpNote({ store }: { store: SessionStore }) {
  const id = useId();
  const [note, setNote] = useState("");
  const [sent, setSent] = useState<boolean | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!note.trim()) return;
    const answer = await store.act({ type: "call_help", kind: "private", note: note.trim() });
    setSent(answer.ok);
  };
  useShout(sent === null ? null : t(sent ? "aid.noteSent" : "chat.notSent"));
  if (sent) return <p class="small">{t("aid.noteSent")}</p>;
  return (
    <form class="note" onSubmit={(event) => void submit(event)}>
      <label for={id} class="small">
        {t("aid.line")}
      </label>
      <div class="note-line">
        <input
          id={id}
          class="input"
          name="help-note"
          maxLength={LONGEST_NOTE}
          autocomplete="off"
          value={note}
          aria-describedby={`${id}-seen`}
          onInput={(event) => setNote(event.currentTarget.value)}
        />
        <button type="submit" class="button">
          {t("aid.send")}
        </button>
      </div>
      {sent === false && <p class="field-error small">{t("chat.notSent")}</p>}
      <p id={`${id}-seen`} class="small soft">
        {t("aid.lineSeen")}
      </p>
    </form>
  );
}
