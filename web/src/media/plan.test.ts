import { expect, test } from "vitest";
import type { SourceName } from "../protocol.gen";
import { person as someone } from "../session/samples";
import { grownPairs, pairsFor, tooFew } from "./plan";

const person = (id: string, ...sources: SourceName[]) => someone(id, { sources });

test("alone: the headroom only", () => {
  expect(pairsFor([person("me")], "me", 0)).toBe(2);
});

test("one pair per other person and per screen of others", () => {
  expect(pairsFor([person("me", "screen"), person("a", "camera", "screen"), person("b")], "me", 0)).toBe(5);
});

test("as many as any room of the session needs, so that a move asks for none", () => {
  expect(pairsFor([person("me"), person("a")], "me", 14)).toBe(14);
  expect(pairsFor([person("me"), person("a")], "me", 90)).toBe(64);
});

test("never more than the server takes", () => {
  const crowd = Array.from({ length: 90 }, (_, index) => person(`p${index}`));
  expect(pairsFor(crowd, "p0", 0)).toBe(64);
});

test.each([
  [2, 5, 5],
  [8, 5, 8],
  [8, 90, 64],
])("with %i pairs and %i needed there are %i", (have, needed, after) => {
  expect(grownPairs(have, needed)).toBe(after);
});

test.each([
  [0, false],
  [5, false],
  [6, true],
])("5 pairs are too few for %i others: %s", (others, short) => {
  const people = ["me", ...Array.from({ length: others }, (_, index) => `p${index}`)].map((id) => person(id));
  expect(tooFew(5, pairsFor(people, "me", 0))).toBe(short);
});
