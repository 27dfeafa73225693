import { expect, test } from "vitest";
import { type Heard, type Hearing, hearingStep, hintOf, SPEECH, startHearing } from "./hearing";

const EVERY = 100;
const QUIET = 0.1;

/** Feeds the same level for so many seconds; the seconds at which the hint became what it is, and the hint. */
function feed(hearing: Hearing, seconds: number, heard: Heard): Hearing {
  for (let step = 0; step < seconds * 10; step++) hearing = hearingStep(hearing, hearing.at + EVERY, heard);
  return hearing;
}

const muted = (loudness: number): Heard => ({ muted: true, loudness, flat: loudness === 0 });
const open = (flat: boolean): Heard => ({ muted: false, loudness: flat ? 0 : QUIET, flat });
const start = startHearing(0);

test.each([
  ["half a second of speech", 0.5, SPEECH, "talking"],
  ["a cough", 0.3, 1, null],
  ["a fan, all evening", 60, SPEECH - 0.01, null],
] as const)("muted, %s", (_, seconds, loudness, hint) => {
  expect(hintOf(feed(start, seconds, muted(loudness)))).toBe(hint);
});

test("whoever talks on while muted is told for six seconds, and again after half a minute", () => {
  let hearing = start;
  const told: number[] = [];
  for (let second = 1; second <= 40; second++) {
    hearing = feed(hearing, 1, muted(SPEECH));
    if (hintOf(hearing) === "talking") told.push(second);
  }
  expect(told).toEqual([1, 2, 3, 4, 5, 6, 31, 32, 33, 34, 35, 36]);
});

test("speech with pauses between words is speech, single loud moments are not", () => {
  let [talks, knocks] = [start, start];
  for (let word = 0; word < 10; word++) {
    talks = feed(feed(talks, 0.4, muted(0.6)), 0.2, muted(QUIET));
    knocks = feed(feed(knocks, 0.2, muted(0.6)), 0.3, muted(QUIET));
  }
  expect([hintOf(talks), hintOf(knocks)]).toEqual(["talking", null]);
});

test("unmuting ends it at once", () => {
  const talking = feed(start, 1, muted(SPEECH));
  expect(hintOf(feed(talking, 0.1, open(false)))).toBeNull();
});

test.each([
  ["flat from the start", [[7.9, true]], null],
  ["flat from the start, longer", [[8, true]], "silent"],
  ["heard, then flat for as long", [[1, false], [20, true]], null],
  ["heard, then flat for very long", [[1, false], [45, true]], "silent"],
  ["flat, then heard", [[9, true], [0.1, false]], null],
] as const)("not muted, %s", (_, parts, hint) => {
  const hearing = parts.reduce((before, [seconds, flat]) => feed(before, seconds, open(flat)), start);
  expect(hintOf(hearing)).toBe(hint);
});

test("what was heard before the mute proves nothing after it", () => {
  const again = feed(feed(start, 1, open(false)), 3, muted(0));
  expect(hintOf(feed(again, 8.1, open(true)))).toBe("silent");
});

test("a page that was hidden begins anew", () => {
  const flat = feed(start, 7.9, open(true));
  const back = hearingStep(flat, flat.at + 60_000, open(true));
  expect(hintOf(feed(back, 7, open(true)))).toBeNull();
  const loud = feed(start, 0.4, muted(1));
  expect(hintOf(hearingStep(loud, loud.at + 60_000, muted(1)))).toBeNull();
});
