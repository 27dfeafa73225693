import { expect, test } from "vitest";
import { hashOf } from "./seats";
import { spoken, supportCode, utcDay } from "./supportCode";

// The same vector stands in the server's test.
test.each([
  ["2026-11-23", "234769"],
  ["2026-11-24", "946093"],
])("on %s it is %s", async (day, code) => {
  expect(await supportCode(await hashOf("2Pp1vX8wqkQZyJ0rXo7mUu3c5d9fGhJk"), day)).toBe(code);
});

test("always six digits, zeros in front included", async () => {
  for (const token of ["a", "b", "c", "d", "e", "f", "g", "h"]) {
    expect(await supportCode(await hashOf(token), "2026-11-23")).toMatch(/^\d{6}$/);
  }
});

test("the day is UTC's, wherever the person is", () => {
  expect(utcDay(Date.parse("2026-11-23T20:30:00-05:00"))).toBe("2026-11-24");
});

test("read aloud in two groups", () => {
  expect(spoken("034769")).toBe("034 769");
});
