import { expect, test } from "vitest";
import { loudness } from "./level";

test.each([
  [0, 0],
  [0.0001, 0],
  [0.0316, 0.5],
  [1, 1],
])("samples of %d are as loud as %d", (sample, level) => {
  expect(loudness(new Float32Array(64).fill(sample))).toBeCloseTo(level, 2);
});
