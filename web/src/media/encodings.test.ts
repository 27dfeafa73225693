import { expect, test } from "vitest";
import { encodingsOf, single, UNLIMITED, type Encoding, type PictureSource, type Size } from "./encodings";

const size = (width: number, height: number): Size => ({ width, height });
/** "q/4 h/2 f/1": those that are on, with their scale. */
const on = (encodings: readonly Encoding[]): string =>
  encodings.filter(({ active }) => active).map(({ rid, scaleResolutionDownBy }) => `${rid}/${scaleResolutionDownBy}`).join(" ");

test.each<[PictureSource, Size | null, string]>([
  ["camera", size(1280, 720), "q/4 h/2 f/1"],
  ["camera", size(720, 1280), "q/4 h/2 f/1"],
  ["camera", size(960, 540), "q/4 h/2 f/1"],
  ["camera", size(960, 539), "q/2 h/1"],
  ["camera", size(640, 360), "q/2 h/1"],
  ["camera", size(480, 270), "q/2 h/1"],
  ["camera", size(360, 270), "q/1"],
  ["camera", size(320, 180), "q/1"],
  ["camera", null, "q/4 h/2 f/1"],
  ["screen", size(1920, 1080), "h/2 f/1"],
  ["screen", size(800, 600), "h/2 f/1"],
  ["screen", size(3840, 2160), "h/4 f/2"],
  ["screen", size(2160, 3840), "h/4 f/2"],
])("%s of %o", (source, captured, expected) => {
  expect(on(encodingsOf(source, captured, UNLIMITED))).toBe(expected);
});

test("all rids are there in the order of layers, whatever is on", () => {
  for (const captured of [size(1280, 720), size(320, 180)]) {
    expect(encodingsOf("camera", captured, { ...UNLIMITED, layers: 0 }).map(({ rid, active }) => [rid, active])).toEqual([
      ["q", false],
      ["h", false],
      ["f", false],
    ]);
  }
  expect(encodingsOf("screen", null, UNLIMITED).map(({ rid }) => rid)).toEqual(["h", "f"]);
});

test.each([
  [{ layers: 2 }, "q/4 h/2"],
  [{ layers: 1 }, "q/4"],
  [{ most: 2 }, "q/4 h/2"],
  [{ layers: 1, most: 2 }, "q/4"],
  [{ lean: true }, "q/4"],
  [{ lean: true, layers: 0 }, ""],
])("of 1280x720 with %o", (limits, expected) => {
  expect(on(encodingsOf("camera", size(1280, 720), { ...UNLIMITED, ...limits }))).toBe(expected);
});

test("who saves data sends less of the smallest, too", () => {
  const [all] = encodingsOf("camera", size(1280, 720), UNLIMITED);
  const [lean] = encodingsOf("camera", size(1280, 720), { ...UNLIMITED, lean: true });
  expect([all!.maxBitrate, all!.maxFramerate, lean!.maxBitrate, lean!.maxFramerate]).toEqual([120_000, 15, 80_000, 12]);
});

test("a sender with one encoding sends the largest that is on, whole", () => {
  const captured = size(1280, 720);
  expect(single(encodingsOf("camera", captured, UNLIMITED))).toEqual({ active: true, scaleResolutionDownBy: 1, maxBitrate: 1_000_000 });
  expect(single(encodingsOf("camera", captured, { ...UNLIMITED, layers: 0 }))).toMatchObject({ active: false });
});
