import { expect, test } from "vitest";

import { board, person } from "../../../session/samples";
import type { Placed } from "../../../session/model";
import { breaks, columnOf, current, filled, isBound, moved, unplaced, walk } from "./plan";

const PLAN = [["ben", "cleo"], ["dan", "eva"], []];

const placed = (id: string, what: Parameters<typeof person>[1] = {}, partner = true): Placed => ({ person: person(id, what), room: "main", partner });

test.each([
  ["into another room", "ben", 1, [["cleo"], ["dan", "eva", "ben"], []]],
  ["into an empty room", "ben", 2, [["cleo"], ["dan", "eva"], ["ben"]]],
  ["into a new room", "ben", 3, [["cleo"], ["dan", "eva"], [], ["ben"]]],
  ["out of all rooms", "ben", null, [["cleo"], ["dan", "eva"], []]],
  ["who was in none", "finn", 0, [["ben", "cleo", "finn"], ["dan", "eva"], []]],
])("a move %s is in one room afterwards", (_, who, to, expected) => {
  const after = moved(PLAN, who, to);
  expect(after).toEqual(expected);
  expect(after.flat().filter((id) => id === who)).toHaveLength(to === null ? 0 : 1);
  expect(columnOf(after, who)).toBe(to);
});

test("rooms that run empty keep their number while the plan is made", () => {
  const after = moved(moved(PLAN, "ben", 1), "cleo", 1);
  expect(after).toEqual([[], ["dan", "eva", "ben", "cleo"], []]);
  expect(filled(after)).toBe(1);
});

test("who left meanwhile is not sent back to the server, nor who may not be placed", () => {
  const people = [placed("ben"), placed("cleo", { present: false }), placed("dan"), placed("ana", { role: "facilitator" })];
  expect(current([["ben", "cleo"], ["dan", "gone"], ["ana"]], people)).toEqual([["ben"], ["dan"], []]);
});

test("who stays in the main room: partners first, never facilitators or interpreters", () => {
  const people = [
    placed("ana", { role: "facilitator" }, false),
    placed("sue", { role: "guest", function: "supervisor" }, false),
    placed("ivo", { role: "guest", function: "interpreter" }, false),
    placed("ben"),
    placed("finn"),
  ];
  expect(unplaced([["ben"]], people).map(({ person: { id } }) => id)).toEqual(["finn", "sue"]);
});

test("a room that breaks keep-apart names both", () => {
  const { apart } = board({ apart: [["ben", "cleo"], ["dan", "finn"]] });
  expect(breaks(["cleo", "ben", "dan"], apart)).toEqual([["ben", "cleo"]]);
  expect(breaks(["dan", "eva"], apart)).toEqual([]);
  expect(isBound(apart, "cleo", "ben")).toBe(true);
  expect(isBound(apart, "cleo", "dan")).toBe(false);
});

test.each([
  ["ben", "ArrowDown", "cleo"],
  ["cleo", "ArrowDown", "dan"],
  ["dan", "ArrowUp", "cleo"],
  ["ben", "ArrowUp", null],
  ["cleo", "ArrowRight", "eva"],
  ["eva", "ArrowRight", "finn"], // past the empty room
  ["finn", "ArrowLeft", "dan"],
  ["ben", "ArrowLeft", null],
  ["eva", "Home", "ben"],
  ["ben", "End", "finn"],
  ["ben", "Enter", null],
  ["nobody", "ArrowDown", null],
])("from %s %s leads to %s", (from, key, to) => {
  expect(walk([...PLAN, ["finn"]], from, key)).toBe(to);
});
