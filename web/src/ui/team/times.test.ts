import { expect, test } from "vitest";

import { breakEnd, dayAfter, startOfDay, untilClock } from "./times";

const at = (hours: number, minutes: number, seconds = 0) => new Date(2026, 10, 23, hours, minutes, seconds).getTime() / 1000;

test("a break ends on a full minute, never sooner than said", () => {
  expect(breakEnd(at(18, 55), 10)).toBe(at(19, 5));
  expect(breakEnd(at(18, 55, 1), 10)).toBe(at(19, 6));
});

test.each([
  ["19:10", at(18, 50), at(19, 10)],
  ["00:10", at(23, 50), at(24, 10)],
  ["18:50", at(18, 50), null],
  ["18:40", at(18, 50), null],
  ["", at(18, 50), null],
  ["soon", at(18, 50), null],
])("a break until %s", (clock, now, until) => {
  expect(untilClock(clock, now)).toBe(until);
});

test("a day to come begins at its midnight here, and no day that has begun is taken", () => {
  const now = at(18, 50);
  expect(startOfDay("2026-11-30", now)).toBe(new Date(2026, 10, 30).getTime() / 1000);
  expect(startOfDay("2026-11-23", now)).toBeNull();
  expect(startOfDay("", now)).toBeNull();
  expect(dayAfter(now, 8)).toBe("2026-12-01");
});
