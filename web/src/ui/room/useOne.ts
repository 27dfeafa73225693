import { useEffect, useRef, useState } from "preact/hooks";

import type { Person, SessionStore } from "../../session/model";
import { chosen, NOBODY, pickOne } from "../pick";

/** Whose picture low data shows now, and how to choose another one for a while. */
export function useOne(store: SessionStore, people: readonly Person[]): readonly [string | null, (id: string) => void] {
  const [pick, setPick] = useState(NOBODY);
  const speakers = store.speakers.value;
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    const look = () => {
      const now = Date.now();
      setPick((before) => pickOne(before, people, speakers, now));
    };
    look();
    // Somebody else may have begun to speak meanwhile.
    timer.current = setTimeout(look, Math.max(0, pick.until - Date.now()));
    return () => clearTimeout(timer.current);
  }, [people, speakers, pick]);
  return [pick.id, (id) => setPick(chosen(id, Date.now()))];
}
