import { useEffect, useRef } from "preact/hooks";

import { t } from "../../i18n";
import { useSeconds } from "../hooks";
import { clock } from "../words";

const MARKS = [
  [120, "close.twoMinutes"],
  [60, "close.oneMinute"],
  [10, "close.tenSeconds"],
] as const;

/** The mark that lies between two looks at a timer, or null. Seconds left, both. Pure. */
export function markPassed(before: number, after: number): (typeof MARKS)[number][1] | null {
  return MARKS.findLast(([mark]) => before > mark && after <= mark)?.[1] ?? null;
}

interface Props {
  /** Server's clock, seconds. */
  until: number;
  now: () => number;
  /** At 2 min, 1 min and 10 s. The figures themselves are silent. */
  onMark?: (text: string) => void;
  label: string;
  /** Seconds left, in words; else the figures alone. */
  words?: (left: number) => string;
}

/** Time that is left, as figures. */
export function Countdown({ until, now, onMark, label, words }: Props) {
  useSeconds(true);
  const left = Math.max(0, until - now());
  const before = useRef(left);
  useEffect(() => {
    const mark = markPassed(before.current, left);
    before.current = left;
    if (mark) onMark?.(t(mark));
  }, [Math.ceil(left)]);
  return (
    <span class="countdown" role="timer" aria-label={label} aria-live="off">
      {words ? words(left) : clock(Math.ceil(left) * 1000)}
    </span>
  );
}

/** True once that moment has come; null never comes. */
export function usePast(at: number | null, now: () => number): boolean {
  useSeconds(at !== null);
  return at !== null && now() >= at;
}
