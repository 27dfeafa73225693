import type { SessionStore } from "../../../session/model";

/** To facilitators: the group is in its rooms now, not only planned to be. */
export function areRoomsOpen(store: SessionStore): boolean {
  const board = store.board.value;
  return board !== null && board.state !== "planned";
}
