import { afterEach, expect, test, vi } from "vitest";

import { call, knock, team } from "../ui/team/testing";
import { Chime, knocked, RING_EVERY, rings } from "./chime";

test("a knock sounds for who is new at the door, not for who was asked to wait or waited before this page", () => {
  const waiting = team({ waiting: [knock("sam")] });
  expect(knocked(team(), waiting)).toBe(true);
  expect(knocked(waiting, team({ waiting: [knock("sam", { present: false })] }))).toBe(false);
  expect(knocked(team(), team({ waiting: [knock("sam", { sent_back: true })] }))).toBe(false);
  expect(knocked(null, waiting)).toBe(false);
});

test("it rings while a call rings and nobody comes", () => {
  expect(rings(team({ calls: [call("sam", { state: "ringing" })] }))).toBe(true);
  expect(rings(team({ calls: [call("sam", { state: "coming" }), call("lee")] }))).toBe(false);
  expect(rings(null)).toBe(false);
});

class FakeContext {
  static state = "running";
  static sounds = 0;
  readonly currentTime = 0;
  readonly destination = {};
  get state() {
    return FakeContext.state;
  }
  resume = async () => undefined;
  close = async () => undefined;
}

const parameter = { setValueAtTime: () => undefined, linearRampToValueAtTime: () => undefined, exponentialRampToValueAtTime: () => undefined };

class FakeNode {
  readonly gain = parameter;
  connect = (next: unknown) => next;
  start = () => FakeContext.sounds++;
  stop = () => undefined;
}

function browser(state: string): Chime {
  vi.useFakeTimers();
  Object.assign(FakeContext, { state, sounds: 0 });
  vi.stubGlobal("AudioContext", FakeContext);
  vi.stubGlobal("OscillatorNode", FakeNode);
  vi.stubGlobal("GainNode", FakeNode);
  const chime = new Chime();
  chime.wake();
  return chime;
}

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a call rings again and again until somebody takes it", () => {
  const chime = browser("running");
  chime.ring(true);
  chime.ring(true);
  const once = FakeContext.sounds;
  expect(once).toBeGreaterThan(0);
  vi.advanceTimersByTime(2 * RING_EVERY);
  expect(FakeContext.sounds).toBe(3 * once);
  chime.ring(false);
  vi.advanceTimersByTime(10 * RING_EVERY);
  expect(FakeContext.sounds).toBe(3 * once);
});

test("a page that nobody has touched keeps no sound for later", () => {
  const chime = browser("suspended");
  chime.knock();
  expect(FakeContext.sounds).toBe(0);
  FakeContext.state = "running";
  chime.knock();
  expect(FakeContext.sounds).toBeGreaterThan(0);
});
