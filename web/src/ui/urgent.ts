/** What interrupts a screen reader: moved, muted by a facilitator, help is coming, check on, group closing. Nothing else. */

import { signal } from "@preact/signals";

// Both are said when two things happen in one moment; the first would else be cut off unheard.
const TOGETHER = 1500;

export interface Urgent {
  readonly text: string;
  /** Tells the same words said twice apart. */
  readonly n: number;
  readonly at: number;
}

export const urgent = signal<Urgent>({ text: "", n: 0, at: -Infinity });

export function shout(text: string, now = performance.now()): void {
  const last = urgent.peek();
  const together = last.text !== "" && now - last.at < TOGETHER && last.text !== text;
  urgent.value = { text: together ? `${last.text} ${text}` : text, n: last.n + 1, at: now };
}

/** What was said belongs to a page that is gone. */
export function hush(): void {
  urgent.value = { ...urgent.peek(), text: "", at: -Infinity };
}
