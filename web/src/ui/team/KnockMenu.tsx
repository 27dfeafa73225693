import { CircleQuestionMark, DoorOpen, MessagesSquare, Pencil, UserRoundX } from "lucide";
import { useState } from "preact/hooks";

import { t } from "../../i18n";
import type { Knock, Request, SessionStore } from "../../session/model";
import { Dialog } from "../Dialog";
import { askThen } from "./acting";
import { Choice } from "./Choice";
import { whoIsThat } from "./Knocks";
import { Rename } from "./Rename";
import { Trouble } from "./Trouble";

interface Props {
  store: SessionStore;
  knock: Knock;
  onClose: () => void;
}

/** What can be done about somebody who waits. */
export function KnockMenu({ store, knock: { id, name }, knock, onClose }: Props) {
  const [renaming, setRenaming] = useState(false);
  if (renaming) return <Rename store={store} id={id} name={name} onBack={() => setRenaming(false)} onClose={onClose} />;
  const act = (request: Request) => askThen(store, request, onClose);
  const number = store.numbers.value?.practice ?? "";
  return (
    <Dialog key="menu" title={name} onClose={onClose}>
      <p class="soft">{whoIsThat(store, knock)}</p>
      <Trouble />
      <div class="choices">
        <Choice icon={DoorOpen} action="admit" words={t("team.admit")} onClick={() => act({ type: "admit", participant: id })} />
        <Choice icon={MessagesSquare} action="talk" words={t("team.talk")} onClick={() => act({ type: "talk_privately", participant: id })} />
        <Choice icon={CircleQuestionMark} action="check" words={t("team.member.ok")} onClick={() => act({ type: "check_on", participant: id })} />
        <Choice icon={Pencil} action="rename" words={t("team.member.rename")} onClick={() => setRenaming(true)} />
        <Choice
          icon={UserRoundX}
          action="decline"
          words={t("team.decline")}
          note={t("team.declineNote", { name, number })}
          onClick={() => act({ type: "decline", participant: id })}
        />
      </div>
    </Dialog>
  );
}
