import { MessagesSquare } from "lucide";
import { useId, useState } from "preact/hooks";

import { t } from "../../i18n";
import type { Person, Request, SessionStore } from "../../session/model";
import { Dialog } from "../Dialog";
import { askThen } from "./acting";
import { Choice } from "./Choice";
import { FormButtons } from "./Rename";
import { Trouble } from "./Trouble";

const LONGEST_NOTE = 200; // protocol.py: Line

interface Props {
  store: SessionStore;
  person: Person;
  onBack: () => void;
  onClose: () => void;
}

/** Out of the room, either to talk or to wait; the others read only that they stepped out. */
export function StepOut({ store, person: { id, name }, onBack, onClose }: Props) {
  const field = useId();
  const [note, setNote] = useState("");
  const act = (request: Request) => askThen(store, request, onClose);
  const send = (event: Event) => {
    event.preventDefault();
    void act({ type: "send_back", participant: id, note: note.trim() });
  };
  return (
    <Dialog key="step-out" title={t("team.member.stepOut")} onClose={onClose}>
      <Trouble />
      <div class="choices">
        <Choice icon={MessagesSquare} action="talk" words={t("team.talkName", { name })} onClick={() => act({ type: "talk_privately", participant: id })} />
      </div>
      <form class="team-form" onSubmit={send}>
        <h3>{t("team.member.toWaiting")}</h3>
        <p class="small soft">{t("team.member.toWaitingNote")}</p>
        <div class="field">
          <label for={field}>{t("team.member.note", { name })}</label>
          <input
            id={field}
            class="input"
            name="note"
            value={note}
            maxLength={LONGEST_NOTE}
            autocomplete="off"
            aria-describedby={`${field}-seen`}
            onInput={(event) => setNote(event.currentTarget.value)}
          />
          <p id={`${field}-seen`} class="small soft">
            {t("team.member.noteSeen", { name })}
          </p>
        </div>
        <FormButtons words={t("team.member.send")} onBack={onBack} />
      </form>
    </Dialog>
  );
}
