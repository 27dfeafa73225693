/** Can this device keep up with the pictures it asked for? Pure; times in ms. */

/** Frames, since some beginning. */
export interface Frames {
  readonly decoded: number;
  readonly dropped: number;
}

export interface DecodeSample extends Frames {
  readonly at: number;
}

export interface Load {
  readonly samples: readonly DecodeSample[];
  readonly limit: number;
  /** When the limit last changed. */
  readonly changedAt: number;
}

const WINDOW_MS = 5000;
const MOST_DROPPED = 0.1;
/** One more picture per this time. Lower recovers sooner, risks a stutter sooner. */
const RAISE_EVERY_MS = 15_000;
/** Below this many frames from one sample to the next a share means nothing. */
const FEWEST_FRAMES = 10;

export const startLoad = (now: number): Load => ({ samples: [], limit: Infinity, changedAt: now });

function dropShare(before: DecodeSample, after: DecodeSample): number {
  const dropped = after.dropped - before.dropped;
  const frames = dropped + after.decoded - before.decoded;
  return frames < FEWEST_FRAMES ? 0 : dropped / frames;
}

/** From each sample to the next: frames that come all at once after an outage are dropped at once. */
const isBehind = (samples: readonly DecodeSample[]): boolean =>
  samples.slice(1).every((after, n) => dropShare(samples[n]!, after) > MOST_DROPPED);

/** `shown`: the number of pictures asked for now (after the limit). */
export function loadStep(load: Load, sample: DecodeSample, shown: number): Load {
  const samples = [...load.samples.filter((one) => one.at > sample.at - WINDOW_MS - 1), sample];
  const next = { ...load, samples };
  const full = samples[0] !== undefined && sample.at - samples[0].at >= WINDOW_MS * 0.9;
  if (full && isBehind(samples)) {
    return { samples: [], limit: Math.max(1, Math.floor(shown / 2)), changedAt: sample.at };
  }
  if (load.limit !== Infinity && sample.at - load.changedAt >= RAISE_EVERY_MS) return raise(next, sample.at, shown);
  return next;
}

/** Once there is room for more than is shown, nothing is held back any more. */
const raise = (load: Load, now: number, shown: number): Load => ({
  ...load,
  limit: shown < load.limit ? Infinity : load.limit + 1,
  changedAt: now,
});

interface StatsEntry {
  readonly type: string;
  readonly kind?: string;
  readonly framesDecoded?: number;
  readonly framesDropped?: number;
}

export function framesOf(stats: Iterable<StatsEntry>): Frames {
  let decoded = 0;
  let dropped = 0;
  for (const entry of stats) {
    if (entry.type !== "inbound-rtp" || entry.kind !== "video") continue;
    decoded += entry.framesDecoded ?? 0;
    dropped += entry.framesDropped ?? 0;
  }
  return { decoded, dropped };
}

/** What one slot counted since it was last looked at; nothing at the first look: that was for somebody else. */
export function added(total: Frames, before: Frames | undefined, now: Frames): Frames {
  if (!before) return total;
  return { decoded: total.decoded + now.decoded - before.decoded, dropped: total.dropped + now.dropped - before.dropped };
}
