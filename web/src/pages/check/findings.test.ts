import { expect, test } from "vitest";
import { microphoneChange, noticing, stepsFor, tasksFor } from "./findings";

test("a phone takes a call, a laptop closes its lid; both end in a report", () => {
  expect(tasksFor(true)).toEqual(["call", "lock", "headphones", "rotate", "apps"]);
  expect(tasksFor(false)).toEqual(["lid", "headphones", "tab"]);
  expect(stepsFor(false).at(0)).toBe("start");
  expect(stepsFor(true).at(-1)).toBe("report");
});

test.each([
  ["on", "interrupted", "micTaken"],
  ["interrupted", "on", "micBack"],
  ["on", "none", "micStopped"],
  ["interrupted", "none", "micStopped"],
  ["none", "on", null],
  ["on", "off", null],
  ["on", "on", null],
] as const)("a microphone that was %s is %s: %s", (before, after, noticed) => {
  expect(microphoneChange(before, after)).toBe(noticed);
});

test("what happens again is told once, in the order in which it first happened", () => {
  expect((["hidden", "shown", "hidden"] as const).reduce(noticing, [])).toEqual(["hidden", "shown"]);
});
