import { ArrowRight, House, Plus } from "lucide";

import { t } from "../../../i18n";
import type { SessionStore } from "../../../session/model";
import { Dialog } from "../../Dialog";
import { Choice } from "../Choice";
import { Trouble } from "../Trouble";
import { move, targets } from "./asking";
import { isPair, MAIN, newRoom, peopleIn, roomName } from "./rooms";
import { warning } from "./warning";

interface Props {
  store: SessionStore;
  id: string;
  name: string;
  onClose: () => void;
}

/** Where else somebody could be, with who is there now. */
export function MoveMenu({ store, id, name, onClose }: Props) {
  const board = store.board.value;
  const from = board?.people.find(({ person }) => person.id === id)?.room;
  if (!board || from === undefined) return null;
  const next = newRoom(board);
  const go = async (room: string) => {
    if (await move(store, [[id, room]])) onClose();
  };
  const noteOn = (room: string): string | undefined => {
    if (room === next) return undefined;
    const there = peopleIn(board, room).map(({ person }) => person);
    const names = there.map((person) => person.name).join(", ");
    const apart = isPair(room) ? warning(store, board, id, there.map((person) => person.id)) : undefined;
    const note = room === board.suggested[id] ? t("board.move.suggested") : apart;
    return note ? `${names}. ${note}` : names || t("board.move.nobody");
  };
  return (
    <Dialog key="move" title={t("board.move.title", { name })} onClose={onClose}>
      <Trouble />
      <div class="choices">
        {targets(board, from).map((room) => (
          <Choice
            key={room}
            icon={room === MAIN ? House : room === next ? Plus : ArrowRight}
            action="move-to"
            to={room}
            words={room === next ? t("board.move.new") : roomName(board.groups, room)}
            note={noteOn(room)}
            onClick={() => go(room)}
          />
        ))}
      </div>
    </Dialog>
  );
}
