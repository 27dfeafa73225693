import { useEffect, useState } from "preact/hooks";

import type { SessionStore } from "../../session/model";

/** Lines of others that came while the chat was closed. What was there when the page opened counts as read. */
export function useUnread(store: SessionStore, open: boolean): number {
  const lines = store.lines.value;
  const [seen, setSeen] = useState(lines.length);
  useEffect(() => {
    // After a move or a reload the list may be another, shorter one.
    if (open || lines.length < seen) setSeen(lines.length);
  }, [open, lines.length]);
  return open ? 0 : lines.slice(seen).filter((line) => line.who !== store.me.value).length;
}
