import { expect, test } from "vitest";
import { dial } from "./numbers";

test.each([
  ["555-0100", "tel:5550100"],
  ["+1 (988) 555-0100", "tel:+19885550100"],
  ["988", "tel:988"],
  ["*57#", "tel:*57#"],
])("%s is dialled as %s", (number, address) => {
  expect(dial(number)).toBe(address);
});
