/** Does the own microphone do what its person thinks? Pure: ten levels a second go in, a hint comes out. Times in ms. */

/** talking: muted, and speaks all the same. silent: not muted, and nothing at all comes from the microphone. */
export type MicrophoneHint = "talking" | "silent" | null;

export interface Heard {
  readonly muted: boolean;
  /** As `loudness` makes it. */
  readonly loudness: number;
  /** Not even the noise of a quiet room. */
  readonly flat: boolean;
}

/** Somebody who speaks towards the screen (-33 dB). Lower also hears a fan, a TV and the next room. */
export const SPEECH = 0.45;
/** So many more loud levels than quiet ones of late: half a second of speech. Fewer is a cough or a closing door. */
const ENOUGH = 5;
/** What came before is forgotten as fast. */
const MOST = 8;
const SHOWN_MS = 6000;
/** It is said no more often: who talks to somebody in their room knows by then. */
const AGAIN_MS = 30_000;
/** Whoever unmutes is about to speak, and even breath is not flat. Lower blames microphones that wake up slowly. */
const NEVER_HEARD_MS = 8000;
/** One that was heard: some computers cut all noise away between words, and its person may only listen for a while. */
const HEARD_BEFORE_MS = 45_000;
/** Levels that far apart: the page was hidden or slept, and what lies between is unknown. */
const GAP_MS = 1000;

export interface Hearing {
  readonly muted: boolean;
  readonly at: number;
  /** Loud levels less quiet ones, while muted. */
  readonly loud: number;
  /** When "talking" was said last. */
  readonly saidAt: number;
  /** Since this microphone was opened or unmuted. */
  readonly heard: boolean;
  readonly flatSince: number;
}

export const startHearing = (now: number): Hearing => ({
  muted: false,
  at: now,
  loud: 0,
  saidAt: -Infinity,
  heard: false,
  flatSince: now,
});

export function hearingStep(before: Hearing, now: number, { muted, loudness, flat }: Heard): Hearing {
  const known = before.muted === muted && now - before.at <= GAP_MS;
  const heard = known && before.heard;
  const next = { ...before, muted, at: now };
  if (!muted) return { ...next, loud: 0, heard: heard || !flat, flatSince: known && flat ? before.flatSince : now };
  const loud = Math.min(MOST, Math.max(0, (known ? before.loud : 0) + (loudness >= SPEECH ? 1 : -1)));
  const says = loud >= ENOUGH && now - before.saidAt >= AGAIN_MS;
  return { ...next, loud, heard: false, flatSince: now, saidAt: says ? now : before.saidAt };
}

export function hintOf({ muted, at, saidAt, heard, flatSince }: Hearing): MicrophoneHint {
  if (muted) return at - saidAt < SHOWN_MS ? "talking" : null;
  return at - flatSince >= (heard ? HEARD_BEFORE_MS : NEVER_HEARD_MS) ? "silent" : null;
}
