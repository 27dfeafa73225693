import { useEffect } from "preact/hooks";

import { t } from "../../../i18n";
import type { SessionStore } from "../../../session/model";
import { Dialog } from "../../Dialog";
import { move, waiting } from "./asking";
import { type Move, roomName } from "./rooms";

/** Nobody is left alone by a slip of the finger: the facilitator decides, with the name before them. */
export function LonelyDialog({ store }: { store: SessionStore }) {
  const board = store.board.value;
  const now = waiting.value;
  const close = () => void (waiting.value = null);
  // The question is over with the rooms that it is about.
  const over = board === null || board.state === "planned";
  useEffect(() => void (over && close()), [over]);
  useEffect(() => close, []);
  if (!now || !board || over) return null;
  const go = (moves: readonly Move[], anyway: boolean) => {
    close();
    void move(store, moves, anyway);
  };
  const nameOf = (id: string) => board.people.find(({ person }) => person.id === id)?.person.name ?? "";
  const both = now.lonely.flatMap(({ who, after }): Move[] => (after === null ? [] : [[who, after]]));
  const first = now.lonely[0];
  return (
    <Dialog title={first ? t("board.lonely.title", { name: nameOf(first.who) }) : t("board.lonely.titleSomebody")} onClose={close}>
      {now.lonely.map(({ who, room }) => (
        <p key={who}>{t("board.lonely.text", { name: nameOf(who), room: roomName(board.groups, room) })}</p>
      ))}
      <div class="dialog-actions">
        {both.length > 0 && (
          <button type="button" class="button primary" data-action="move-both" onClick={() => go([...now.moves, ...both], false)}>
            {t("board.lonely.both")}
          </button>
        )}
        <button type="button" class="button" data-action="move-anyway" onClick={() => go(now.moves, true)}>
          {t("board.lonely.anyway")}
        </button>
        <button type="button" class="button" data-action="cancel-move" onClick={close}>
          {t("board.cancel")}
        </button>
      </div>
    </Dialog>
  );
}
