import { expect, it } from "vitest";

import { isBehind } from "./sight";

const rect = (left: number, top: number, right: number, bottom: number) => ({ left, top, right, bottom });

it.each([
  ["inside", rect(20, 20, 80, 80), true],
  ["the same", rect(10, 10, 90, 90), true],
  ["looks out at the left", rect(9, 20, 80, 80), false],
  ["looks out below", rect(20, 20, 80, 91), false],
  ["beside it", rect(100, 20, 180, 80), false],
])("%s", (_, tile, behind) => {
  expect(isBehind(tile, rect(10, 10, 90, 90))).toBe(behind);
});
