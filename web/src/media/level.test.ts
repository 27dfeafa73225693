import { expect, test } from "vitest";
import { isFlat, loudness } from "./level";

test.each([
  [0, 0],
  [0.0001, 0],
  [0.0316, 0.5],
  [1, 1],
])("samples of %d are as loud as %d", (sample, level) => {
  expect(loudness(new Float32Array(64).fill(sample))).toBeCloseTo(level, 2);
});

test.each([
  ["digital silence", 0, true],
  ["a step of 16 bits", 1 / 32768, true],
  ["the noise of a quiet room", 0.0003, false],
])("%s", (_, sample, flat) => {
  const samples = new Float32Array(64);
  samples[17] = -sample;
  expect(isFlat(samples)).toBe(flat);
});
