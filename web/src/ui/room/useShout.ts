import { useEffect, useRef } from "preact/hooks";

import { shout } from "../urgent";

/** Says a card's words at once whenever they change; not what already stood there when the page came. */
export function useShout(words: string | null, key?: string): void {
  const before = useRef(words);
  useEffect(() => {
    if (words !== null && words !== before.current) shout(words, key);
    before.current = words;
  }, [words]);
}
