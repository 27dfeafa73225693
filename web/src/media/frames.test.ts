import { expect, test } from "vitest";
import { atOrAfter, checkStopped, closedGate, flowing, frameSeen, untold } from "./frames";

test.each([
  [100, 100, true],
  [101, 100, true],
  [99, 100, false],
  [5, 0xffff_fff0, true],
  [0xffff_fff0, 5, false],
  [0x8000_0000, 0, false],
  [0x7fff_ffff, 0, true],
])("timestamp %i at or after %i: %s", (rtp, from, expected) => {
  expect(atOrAfter(rtp, from)).toBe(expected);
});

test("frames of the one before never open the gate", () => {
  const mapped = closedGate(0, true);
  expect(frameSeen(mapped, 10_000, 5000).open).toBe(false);
  const told = flowing(mapped, 100, 9000);
  expect(frameSeen(told, 200, 8999).open).toBe(false);
  expect(frameSeen(told, 200, 9000).open).toBe(true);
});

test("a later flowing replaces an earlier one", () => {
  const told = flowing(flowing(closedGate(0, true), 100, 9000), 200, 12_000);
  expect(frameSeen(told, 300, 9000).open).toBe(false);
});

test("without timestamps frames show some time after flowing", () => {
  const told = flowing(closedGate(0, true), 100, 9000);
  expect(frameSeen(told, 499, null).open).toBe(false);
  expect(frameSeen(told, 500, null).open).toBe(true);
});

test("a flowing that may have been missed is not waited for for ever", () => {
  const gate = untold(closedGate(0, true), 1000);
  expect(frameSeen(gate, 3999, 1).open).toBe(false);
  expect(frameSeen(gate, 4000, 1).open).toBe(true);
});

test("signalling that comes back leaves a live picture alone", () => {
  const live = frameSeen(flowing(closedGate(0, true), 0, 1), 10, 1);
  expect(untold(live, 5000)).toBe(live);
});

test("a picture stops after 2 s without a frame and goes on with the next", () => {
  const live = frameSeen(flowing(closedGate(0, true), 0, 1), 1000, 1);
  expect(checkStopped(live, 2999, 0).stopped).toBe(false);
  const stopped = checkStopped(live, 3000, 0);
  expect(stopped).toMatchObject({ stopped: true, frameAt: 1000 });
  expect(frameSeen(stopped, 9000, 2).stopped).toBe(false);
});

test("time in which the page was hidden does not count", () => {
  const live = frameSeen(flowing(closedGate(0, true), 0, 1), 1000, 1);
  expect(checkStopped(live, 61_500, 60_000).stopped).toBe(false);
  expect(checkStopped(live, 62_000, 60_000).stopped).toBe(true);
});

test("a picture that never came is waiting, not stopped", () => {
  expect(checkStopped(closedGate(0, true), 60_000, 0).stopped).toBe(false);
});
