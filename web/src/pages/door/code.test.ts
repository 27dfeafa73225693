import { expect, test } from "vitest";
import { digitsOf } from "./code";

test.each([
  ["4821-7730", "48217730"],
  [" 48 21 77 30 ", "48217730"],
  ["４８２１–７７３０", "48217730"],
  ["no code", ""],
])("%j is %s", (typed, digits) => {
  expect(digitsOf(typed)).toBe(digits);
});
