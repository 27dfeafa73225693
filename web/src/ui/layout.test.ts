import { describe, expect, it } from "vitest";

import { areas, spread, tileBoxes, visibleShare } from "./layout";

const SCREENS: [string, number, number][] = [
  ["desktop", 1440, 780],
  ["tablet, lying", 1180, 700],
  ["tablet, upright", 820, 1060],
  ["small phone", 360, 480],
  ["phone, lying", 760, 330],
];
const GAP = 8;

describe("spread", () => {
  it.each([
    [5, 2, [3, 2]],
    [25, 5, [5, 5, 5, 5, 5]],
    [7, 3, [3, 2, 2]],
    [1, 1, [1]],
  ])("%i over %i lines", (count, lines, expected) => {
    expect(spread(count, lines)).toEqual(expected);
  });
});

describe("visibleShare", () => {
  it("is 1 for the same shape and falls both ways", () => {
    expect(visibleShare(4 / 3, 4 / 3)).toBe(1);
    expect(visibleShare(4 / 3, 8 / 3)).toBeCloseTo(0.5);
    expect(visibleShare(4 / 3, 2 / 3)).toBeCloseTo(0.5);
  });
});

describe.each(SCREENS)("tiles on a %s (%i x %i)", (_, width, height) => {
  it.each(Array.from({ length: 25 }, (_, i) => i + 1))("%i people fill it", (count) => {
    const boxes = tileBoxes(count, width, height, GAP);
    expect(boxes).toHaveLength(count);

    // Grow each box by half a gap: then they cover the screen, itself grown by half a gap, exactly once.
    const covered = boxes.reduce((sum, box) => sum + (box.width + GAP) * (box.height + GAP), 0);
    expect(covered).toBe((width + GAP) * (height + GAP));
    for (const box of boxes) {
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.y).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(width);
      expect(box.y + box.height).toBeLessThanOrEqual(height);
      expect(Number.isInteger(box.width) && Number.isInteger(box.height)).toBe(true);
    }
    for (const [i, a] of boxes.entries()) {
      for (const b of boxes.slice(i + 1)) {
        const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
        expect(apart).toBe(true);
      }
    }
  });

  it.each(Array.from({ length: 25 }, (_, i) => i + 1))("%i people keep most of their pictures", (count) => {
    for (const box of tileBoxes(count, width, height, GAP)) {
      expect(visibleShare(4 / 3, box.width / box.height)).toBeGreaterThan(0.4);
    }
  });
});

describe("tileBoxes", () => {
  it("makes a square of 9 on a desktop", () => {
    const boxes = tileBoxes(9, 1440, 780, GAP);
    expect(new Set(boxes.map((box) => box.x)).size).toBe(3);
    expect(new Set(boxes.map((box) => box.y)).size).toBe(3);
  });

  it("has nothing to lay out without people or space", () => {
    expect(tileBoxes(0, 100, 100, 8)).toEqual([]);
    expect(tileBoxes(3, 0, 100, 8)).toEqual([]);
  });
});

describe("areas", () => {
  it("gives people everything when no screen is shared", () => {
    expect(areas(800, 600, 8, false, true)).toEqual({ stage: null, people: { x: 0, y: 0, width: 800, height: 600 } });
  });

  it("puts people beside a shared screen when the room is wide, below it when it is tall", () => {
    const wide = areas(1440, 780, 8, true, true);
    expect(wide.stage!.width + 8 + wide.people.width).toBe(1440);
    expect(wide.stage!.width).toBeGreaterThan(wide.people.width * 2);
    const tall = areas(390, 600, 8, true, true);
    expect(tall.people.y).toBe(tall.stage!.height + 8);
    expect(tall.stage!.height + 8 + tall.people.height).toBe(600);
  });

  it("gives the shared screen everything when nobody else is shown", () => {
    expect(areas(800, 600, 8, true, false).stage).toEqual({ x: 0, y: 0, width: 800, height: 600 });
  });
});
