import { t } from "../../../i18n";
import type { CallSeen, SessionStore } from "../../../session/model";
import { ask } from "../acting";
import { mayDropIn, move } from "./asking";
import { MAIN, roomName } from "./rooms";

/** One tap each for somebody who was left alone. The call is over once they are not; or it is let be. */
export function Repairs({ store, call }: { store: SessionStore; call: CallSeen }) {
  const board = store.board.value;
  const room = board?.rooms.find(({ id }) => id === call.room);
  if (!board || !room) return null;
  const { name, about } = call;
  const trio = room.trio;
  return (
    <div class="call-acts">
      {mayDropIn(store) && (
        <button
          type="button"
          class="button primary"
          data-action="join"
          aria-label={t("board.call.joinName", { name, room: roomName(board.groups, room.id) })}
          onClick={() => void ask(store, { type: "drop_in", room: room.id })}
        >
          {t("board.call.join")}
        </button>
      )}
      {trio !== null && (
        <button
          type="button"
          class="button"
          data-action="trio"
          aria-label={t("board.call.trioName", { name, room: roomName(board.groups, trio) })}
          onClick={() => void move(store, [[about, trio]])}
        >
          {t("board.call.trio")}
        </button>
      )}
      <button type="button" class="button" data-action="back" aria-label={t("board.call.backName", { name })} onClick={() => void move(store, [[about, MAIN]])}>
        {t("board.call.back")}
      </button>
      <button
        type="button"
        class="button plain"
        data-action="wait"
        aria-label={t("board.call.waitName", { name })}
        onClick={() => void ask(store, { type: "close_call", call: call.id })}
      >
        {t("board.call.wait")}
      </button>
    </div>
  );
}
