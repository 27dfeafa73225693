import { encode } from "uqr";
import { expect, test } from "vitest";

import { QUIET_ZONE, qrDrawing, rowPath } from "./qr";

const URL = "https://group.example.org/standby#2Pp1vX8wqkQZyJ0rXo7mUu3c5d9fGhJk";

test("dark modules that touch are one run", () => {
  expect(rowPath([false, true, true, false, true], 7)).toBe("M1 7h2v1h-2zM4 7h1v1h-1z");
  expect(rowPath([false, false], 0)).toBe("");
});

test("every dark module is drawn once and every white one left free", () => {
  const { size, path } = qrDrawing(URL);
  const drawn = Array.from({ length: size }, () => new Array<boolean>(size).fill(false));
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let i = 0; i < Number(width); i++) drawn[Number(y)]![Number(x) + i] = true;
  }
  expect(drawn).toEqual(encode(URL, { border: QUIET_ZONE, ecc: "M" }).data);
});

test("four white modules surround the code", () => {
  const { size, path } = qrDrawing(URL);
  const corners = [...path.matchAll(/M(\d+) (\d+)h(\d+)/g)].map(([, x, y, width]) => [Number(x), Number(y), Number(x) + Number(width)]);
  expect(Math.min(...corners.map(([x]) => x!))).toBe(4);
  expect(Math.min(...corners.map(([, y]) => y!))).toBe(4);
  expect(Math.max(...corners.map(([, , end]) => end!))).toBe(size - 4);
});
