import { expect, test } from "vitest";
import { isLong, STRONG, SUGGEST_AFTER_MS, weakStep, type Weak } from "./weak";

/** `[at, waits]` in seconds, one after the other. */
const after = (...steps: (readonly [number, boolean])[]): Weak => steps.reduce((weak, [at, waits]) => weakStep(weak, waits, at * 1000), STRONG);

test.each([
  ["nothing waits", after([5, false]), null],
  ["since the first that waits", after([5, true], [9, true]), 5000],
  ["over", after([5, true], [9, false]), null],
  ["came and went", after([5, true], [9, false], [13.9, true]), 5000],
  ["was really back", after([5, true], [9, false], [14, true]), 14_000],
])("%s", (_, weak, since) => {
  expect(weak.since).toBe(since);
});

test("it is long after twenty seconds", () => {
  expect([isLong(null, 1e9), isLong(5000, 4999 + SUGGEST_AFTER_MS), isLong(5000, 5000 + SUGGEST_AFTER_MS)]).toEqual([false, false, true]);
});
