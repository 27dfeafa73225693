import { expect, test } from "vitest";
import { beat, doubt, heard, pinged, SILENT_MS, startPulse, URGENT_MS } from "./pulse";

test("asks every 5 s and gives up after 12 s of silence", () => {
  const pulse = startPulse(0);
  expect(beat(pulse, 4999)).toBe("wait");
  expect(beat(pulse, 5000)).toBe("ping");
  expect(beat(pinged(pulse, 5000), 9000)).toBe("wait");
  expect(beat(pinged(pulse, 10_000), 11_999)).toBe("wait");
  expect(beat(pinged(pulse, 10_000), 12_000)).toBe("dead");
});

test("any message is a sign of life", () => {
  expect(beat(heard(pinged(startPulse(0), 10_000), 11_000), 14_000)).toBe("wait");
});

test("after a doubt an answer is due soon", () => {
  const doubted = doubt(startPulse(0), 1000, URGENT_MS);
  expect(beat(doubted, 3499)).toBe("wait");
  expect(beat(doubted, 3500)).toBe("dead");
  expect(beat(heard(doubted, 3000), 3500)).toBe("wait");
});

test("doubting again does not put the answer off, and may want it sooner", () => {
  const doubted = doubt(startPulse(0), 1000, URGENT_MS);
  expect(beat(doubt(doubted, 3000, URGENT_MS), 3500)).toBe("dead");
  expect(beat(doubt(doubted, 1500, SILENT_MS), 2499)).toBe("wait");
  expect(beat(doubt(doubted, 1500, SILENT_MS), 2500)).toBe("dead");
});
