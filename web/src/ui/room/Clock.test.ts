import { describe, expect, it } from "vitest";

import { markPassed } from "./Clock";

describe("markPassed", () => {
  it.each([
    [121, 120, "close.twoMinutes"],
    [120, 119, null],
    [61, 59, "close.oneMinute"],
    [10.5, 9.5, "close.tenSeconds"],
    // A page that slept says the nearest one only.
    [300, 30, "close.oneMinute"],
    [300, 200, null],
    [5, 4, null],
  ])("%f s to %f s", (before, after, mark) => {
    expect(markPassed(before, after)).toBe(mark);
  });
});
