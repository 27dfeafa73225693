import { useId, useState } from "preact/hooks";

import { t } from "../../../i18n";
import type { SessionStore } from "../../../session/model";
import { Dialog } from "../../Dialog";
import { askThen } from "../acting";
import { Trouble } from "../Trouble";

const LONGEST = 500; // protocol.py: Words

/** One line that stands in every room for a while, and stays in every chat. */
export function MessageDialog({ store, onClose }: { store: SessionStore; onClose: () => void }) {
  const field = useId();
  const [text, setText] = useState("");
  const send = (event: Event) => {
    event.preventDefault();
    if (text.trim()) void askThen(store, { type: "say", to: "everyone", text: text.trim() }, onClose);
  };
  return (
    <Dialog title={t("board.message")} onClose={onClose}>
      <Trouble />
      <form class="team-form" onSubmit={send}>
        <div class="field">
          <label for={field}>{t("board.messageLabel")}</label>
          <input
            id={field}
            class="input"
            name="message"
            value={text}
            maxLength={LONGEST}
            required
            autocomplete="off"
            aria-describedby={`${field}-seen`}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <p id={`${field}-seen`} class="small soft">
            {t("board.messageSeen")}
          </p>
        </div>
        <button type="submit" class="button primary" data-action="send-all">
          {t("board.messageSend")}
        </button>
      </form>
    </Dialog>
  );
}
