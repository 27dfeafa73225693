import { expect, test } from "vitest";
import { retryDelay } from "./backoff";

test.each([
  [0, 0, 125],
  [0, 0.5, 250],
  [1, 0.5, 500],
  [4, 0.5, 4000],
  [50, 0.5, 4000],
  [50, 0.999, 5996],
])("try %i with chance %d waits %d ms", (attempt, random, delay) => {
  expect(retryDelay(attempt, random)).toBe(delay);
});
