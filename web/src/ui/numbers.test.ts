import { expect, test } from "vitest";
import { callable } from "./numbers";

test("each number can be called where it stands", () => {
  expect(callable("Call 555-0100, or 988 now.", ["555-0100", "988"])).toEqual([
    "Call ",
    { number: "555-0100", href: "tel:5550100" },
    ", or ",
    { number: "988", href: "tel:988" },
    " now.",
  ]);
});

test("a number within a longer one is not cut out of it", () => {
  expect(callable("Call +1 (988) 555-0100.", ["988", "+1 (988) 555-0100"])).toEqual([
    "Call ",
    { number: "+1 (988) 555-0100", href: "tel:+19885550100" },
    ".",
  ]);
});

test.each([[[]], [[""]], [["your practice"]]])("words without a number stay words: %j", (numbers) => {
  expect(callable("Please call your practice.", numbers)).toEqual(["Please call your practice."]);
});
