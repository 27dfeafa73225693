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

/** `allowed`: whether it may sound; it sleeps or wakes at the end of a turn, as browsers' do. */
class FakeContext {
  static allowed = true;
  static sounds = 0;
  static made: FakeContext | null = null;
  readonly currentTime = 0;
  readonly destination = {};
  state = "suspended";
  constructor() {
    FakeContext.made = this;
  }
  resume = async () => {
    if (!FakeContext.allowed) return new Promise(() => undefined);
    this.state = "running";
  };
  suspend = async () => {
    this.state = "suspended";
  };
  close = async () => undefined;
}

const parameter = { setValueAtTime: () => undefined, linearRampToValueAtTime: () => undefined, exponentialRampToValueAtTime: () => undefined };

class FakeNode {
  readonly gain = parameter;
  connect = (next: unknown) => next;
  start = () => FakeContext.sounds++;
  stop = () => undefined;
}

function browser(allowed: boolean): Chime {
  vi.useFakeTimers();
  Object.assign(FakeContext, { allowed, sounds: 0 });
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

test("a call rings again and again until somebody takes it", async () => {
  const chime = browser(true);
  await vi.advanceTimersByTimeAsync(0);
  chime.ring(true);
  chime.ring(true);
  const once = FakeContext.sounds;
  expect(once).toBeGreaterThan(0);
  await vi.advanceTimersByTimeAsync(2 * RING_EVERY);
  expect(FakeContext.sounds).toBe(3 * once);
  chime.ring(false);
  await vi.advanceTimersByTimeAsync(10 * RING_EVERY);
  expect(FakeContext.sounds).toBe(3 * once);
});

test("between two sounds nothing keeps the speaker busy", async () => {
  const chime = browser(true);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(FakeContext.made?.state).toBe("suspended");
  chime.knock();
  await vi.advanceTimersByTimeAsync(600);
  expect(FakeContext.sounds).toBeGreaterThan(0);
  expect(FakeContext.made?.state).toBe("running");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(FakeContext.made?.state).toBe("suspended");
});

test("a page that nobody has touched keeps no sound for later", async () => {
  const chime = browser(false);
  chime.knock();
  await vi.advanceTimersByTimeAsync(5000);
  expect(FakeContext.sounds).toBe(0);
  FakeContext.allowed = true;
  chime.wake();
  await vi.advanceTimersByTimeAsync(0);
  expect(FakeContext.sounds).toBe(0);
  chime.knock();
  expect(FakeContext.sounds).toBeGreaterThan(0);
});
