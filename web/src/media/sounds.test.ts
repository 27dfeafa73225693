import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Sounds } from "./sounds";

class Audio {
  srcObject: unknown = null;
  paused = true;
  volume = 1;
  muted = false;
  plays = 0;
  onpause: (() => void) | null = null;
  play(): Promise<void> {
    this.plays++;
    if (refuses) return Promise.reject(new DOMException("", "NotAllowedError"));
    this.paused = false;
    return Promise.resolve();
  }
  /** Headphones taken off, a phone call: not our doing. */
  interrupt(): void {
    this.paused = true;
    this.onpause?.();
  }
}

let made: Audio[];
let refuses: boolean;
const track = {} as MediaStreamTrack;
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

beforeEach(() => {
  [made, refuses] = [[], false];
  const createElement = () => {
    made.push(new Audio());
    return made.at(-1);
  };
  vi.stubGlobal("document", { createElement, body: { append: () => undefined } });
  vi.stubGlobal("MediaStream", class {});
});

afterEach(() => vi.unstubAllGlobals());

test("elements are made in the tap and never again", () => {
  const sounds = new Sounds();
  sounds.prime();
  const before = made.length;
  sounds.give(0, track);
  sounds.silence();
  sounds.give(0, track);
  sounds.prime();
  expect(made).toHaveLength(before);
});

test("after a reload the tap makes the elements of later slots too", async () => {
  refuses = true;
  const sounds = new Sounds();
  sounds.give(0, track);
  await settle();
  expect(sounds.blocked.value).toBe(true);
  refuses = false;
  await sounds.unblock();
  expect(sounds.blocked.value).toBe(false);
  expect(made.length).toBeGreaterThan(25);
  expect(made.every(({ plays }) => plays > 0)).toBe(true);
});

test("what the system paused goes on by itself, or asks for a tap", async () => {
  const sounds = new Sounds();
  sounds.give(0, track);
  made[0]?.interrupt();
  await settle();
  expect(made[0]?.paused).toBe(false);
  refuses = true;
  made[0]?.interrupt();
  await settle();
  expect(sounds.blocked.value).toBe(true);
});

test("in sight again, all that should sound does", () => {
  const sounds = new Sounds();
  sounds.prime(2);
  sounds.give(0, track);
  for (const one of made) one.paused = true;
  sounds.goOn();
  expect(made.map(({ paused }) => paused)).toEqual([false, true]);
});

test("an element without a sound stays silent", () => {
  const sounds = new Sounds();
  sounds.give(0, track);
  sounds.silence();
  const { plays } = made[0] as Audio;
  made[0]?.interrupt();
  expect(made[0]?.plays).toBe(plays);
});

test("a pair is lowered while somebody speaks to everyone, never silenced, and as before after it", () => {
  const sounds = new Sounds();
  sounds.prime(3);
  sounds.setVolume(1, 0.5);
  sounds.setDuck(2);
  expect(made.map(({ volume }) => volume)).toEqual([0.3, 0.15, 1]);
  expect(made.some(({ muted }) => muted)).toBe(false);
  sounds.setDuck(null);
  expect(made.map(({ volume }) => volume)).toEqual([1, 0.5, 1]);
});
