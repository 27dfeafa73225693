/** What a picture is sent as: one encoding for each size in which somebody may want it. Pure; rates in bits/s. */

import type { SourceName } from "../protocol.gen";

export type PictureSource = Extract<SourceName, "camera" | "screen">;

export interface Encoding {
  readonly rid: string;
  readonly active: boolean;
  readonly scaleResolutionDownBy: number;
  readonly maxBitrate: number;
  readonly maxFramerate?: number;
}

interface Rid {
  readonly rid: string;
  readonly maxBitrate: number;
  readonly maxFramerate?: number;
}

/** The smallest first: this is the order of layers on the wire. */
const RIDS: Readonly<Record<PictureSource, readonly Rid[]>> = {
  camera: [
    { rid: "q", maxBitrate: 120_000, maxFramerate: 15 },
    { rid: "h", maxBitrate: 350_000 },
    { rid: "f", maxBitrate: 1_000_000 },
  ],
  screen: [
    { rid: "h", maxBitrate: 200_000, maxFramerate: 5 },
    { rid: "f", maxBitrate: 1_500_000, maxFramerate: 15 },
  ],
};

/** Who saves data sends the smallest and less of it: faces still move. */
const LEAN: Omit<Rid, "rid"> = { maxBitrate: 80_000, maxFramerate: 12 };

/**
 * Scales of the camera by capture size, 0 for off: [longer side, shorter side, scales]. A fixed 4, 2, 1 makes Chromium
 * send 80x45 from a small capture, and drop the upper encodings of it.
 */
const SCALES: readonly (readonly [number, number, readonly number[]])[] = [
  [960, 540, [4, 2, 1]],
  [480, 270, [2, 1, 0]],
  [0, 0, [1, 0, 0]],
];

/** No viewer of a screen gets more than this. */
const LARGEST_SCREEN = [1920, 1080] as const;

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Limits {
  /** How many encodings the server has a use for. */
  readonly layers: number;
  /** How many this device encodes. */
  readonly most: number;
  /** Data is saved. */
  readonly lean: boolean;
}

export const UNLIMITED: Limits = { layers: Infinity, most: Infinity, lean: false };

/** All encodings of this source, the smallest first. `size`: of what is captured; null before there is any. */
export function encodingsOf(source: PictureSource, size: Size | null, { layers, most, lean }: Limits): Encoding[] {
  const on = Math.min(layers, most, lean ? 1 : Infinity);
  return scalesOf(source, size).map((scale, layer) => ({
    ...RIDS[source][layer]!,
    ...(lean && source === "camera" && LEAN),
    active: scale > 0 && layer < on,
    scaleResolutionDownBy: scale || 1,
  }));
}

function scalesOf(source: PictureSource, size: Size | null): readonly number[] {
  const { width, height } = size ?? { width: 1280, height: 720 };
  const [long, short] = [Math.max(width, height), Math.min(width, height)];
  if (source === "camera") return SCALES.find(([wide, high]) => long >= wide && short >= high)![2];
  const whole = Math.max(1, long / LARGEST_SCREEN[0], short / LARGEST_SCREEN[1]);
  return [2 * whole, whole];
}

/** Of a sender whose browser or server knows one encoding only: the largest that is on, whole. */
export function single(encodings: readonly Encoding[]): Omit<Encoding, "rid"> {
  const { rid: _, ...largest } = encodings.findLast(({ active }) => active) ?? encodings[0]!;
  return { ...largest, scaleResolutionDownBy: 1 };
}
