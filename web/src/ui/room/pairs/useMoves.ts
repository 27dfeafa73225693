import { useEffect, useRef } from "preact/hooks";

import type { RoomView, SessionStore } from "../../../session/model";
import { shout } from "../../urgent";
import { tapWouldUnmute } from "../may";
import { movedWords } from "./words";

/** In another room: said at once. Where the page came up, its heading says it; whoever arrives was told before. */
export function useMoves(store: SessionStore): void {
  const room = store.roomView.value;
  const before = useRef<RoomView | null>(null);
  useEffect(() => {
    const was = before.current;
    before.current = room;
    if (!room || was?.id === room.id || store.mine.peek()?.resting === "arriving") return;
    if (was !== null || room.kind === "private") sayMoved(store, was?.kind ?? "waiting");
  }, [room?.id]);
}

export function sayMoved(store: SessionStore, was: RoomView["kind"] | "waiting"): void {
  const room = store.roomView.peek();
  if (!room) return;
  shout(movedWords({ room, was, people: store.people.peek(), muted: store.muted.peek(), tap: tapWouldUnmute(store), team: store.team.peek() !== null }), "moved");
}
