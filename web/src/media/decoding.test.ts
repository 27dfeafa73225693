import { expect, test } from "vitest";
import { added, framesOf, loadStep, startLoad, type Load } from "./decoding";

/** One sample every 2.5 s: frames decoded and dropped since the one before. */
function feed(load: Load, from: number, shown: number, ...steps: [number, number][]): Load {
  let decoded = 0;
  let dropped = 0;
  steps.forEach(([more, lost], index) => {
    decoded += more;
    dropped += lost;
    load = loadStep(load, { at: from + index * 2500, decoded, dropped }, shown);
  });
  return load;
}

test("over a tenth dropped for 5 s halves what is shown", () => {
  expect(feed(startLoad(0), 0, 9, [100, 0], [100, 20], [100, 20]).limit).toBe(4);
});

test("a tenth is still fine, and one bad moment is no reason", () => {
  expect(feed(startLoad(0), 0, 9, [100, 0], [90, 10], [90, 10]).limit).toBe(Infinity);
  expect(feed(startLoad(0), 0, 9, [100, 0], [100, 20]).limit).toBe(Infinity);
  expect(feed(startLoad(0), 0, 9, [100, 0], [10, 90], [100, 10]).limit).toBe(Infinity);
});

test("it goes down to one picture, not to none", () => {
  expect(feed(startLoad(0), 0, 1, [100, 0], [50, 50], [50, 50]).limit).toBe(1);
});

test("it rises by one picture in 15 s, and the limit goes when it is not reached", () => {
  const behind = feed(startLoad(0), 0, 4, [100, 0], [50, 50], [50, 50]);
  expect(behind).toMatchObject({ limit: 2, changedAt: 5000 });
  const calm: Load = { ...behind, samples: [] };
  expect(loadStep(calm, { at: 19_999, decoded: 1, dropped: 0 }, 2).limit).toBe(2);
  expect(loadStep(calm, { at: 20_000, decoded: 1, dropped: 0 }, 2).limit).toBe(3);
  expect(loadStep(calm, { at: 20_000, decoded: 1, dropped: 0 }, 1).limit).toBe(Infinity);
});

test("what a slot counted before it was looked at is nobody's", () => {
  const total = { decoded: 100, dropped: 5 };
  expect(added(total, undefined, { decoded: 1000, dropped: 500 })).toBe(total);
  expect(added(total, { decoded: 1000, dropped: 500 }, { decoded: 1010, dropped: 501 })).toEqual({
    decoded: 110,
    dropped: 6,
  });
});

test("few frames say nothing", () => {
  expect(feed(startLoad(0), 0, 9, [100, 0], [5, 4], [5, 4]).limit).toBe(Infinity);
  expect(feed(startLoad(0), 0, 9, [100, 0], [5, 5], [5, 5]).limit).toBe(4);
});

test("only received video counts", () => {
  const stats = [
    { type: "inbound-rtp", kind: "video", framesDecoded: 10, framesDropped: 1 },
    { type: "inbound-rtp", kind: "video", framesDecoded: 5, framesDropped: 2 },
    { type: "inbound-rtp", kind: "audio" },
    { type: "outbound-rtp", kind: "video", framesDecoded: 99 },
  ];
  expect(framesOf(stats)).toEqual({ decoded: 15, dropped: 3 });
});
