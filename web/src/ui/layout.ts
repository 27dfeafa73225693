/** Where tiles go. Pure: sizes in CSS pixels in, whole-pixel boxes out. */

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

// Laptops send 16:9, phones 3:4 or 4:3: boxes between these crop all of them a little and none badly.
const PICTURE_ASPECTS = [16 / 9, 4 / 3];

// How much unequal tiles cost. Higher keeps people the same size, lower crops their pictures less.
const EQUALITY = 0.75;
// What a grid of tiles that are all alike is worth over one that crops a little less.
const CALM = 1.2;

/** The share of a picture that stays visible when it covers a box of this shape, 0..1. */
export function visibleShare(pictureAspect: number, boxAspect: number): number {
  return Math.min(pictureAspect / boxAspect, boxAspect / pictureAspect);
}

/** `count` people over `lines` rows or columns, as even as can be, the fuller ones first. */
export function spread(count: number, lines: number): number[] {
  const base = Math.floor(count / lines);
  const fuller = count % lines;
  return Array.from({ length: lines }, (_, line) => base + (line < fuller ? 1 : 0));
}

/** `parts` whole-pixel spans that together with the gaps between them are exactly `length` long. */
function spans(length: number, parts: number, gap: number): { at: number; size: number }[] {
  const room = length - gap * (parts - 1);
  return Array.from({ length: parts }, (_, i) => {
    const start = Math.round((room * i) / parts);
    const end = Math.round((room * (i + 1)) / parts);
    return { at: start + gap * i, size: end - start };
  });
}

function rows(count: number, lines: number, width: number, height: number, gap: number): Box[] {
  const perLine = spread(count, lines);
  return spans(height, lines, gap).flatMap((row, line) =>
    spans(width, perLine[line]!, gap).map((cell) => ({ x: cell.at, y: row.at, width: cell.size, height: row.size })),
  );
}

function columns(count: number, lines: number, width: number, height: number, gap: number): Box[] {
  return rows(count, lines, height, width, gap).map((box) => ({ x: box.y, y: box.x, width: box.height, height: box.width }));
}

/** How well faces fare in a box of this shape, 0..1. Cut sides are walls; cut tops are heads, so they count three times. */
function fit(boxAspect: number): number {
  const shares = PICTURE_ASPECTS.map((aspect) => visibleShare(aspect, boxAspect) ** (boxAspect > aspect ? 3 : 1));
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

function score(boxes: Box[]): number {
  const areas = boxes.map((box) => box.width * box.height);
  const shares = boxes.map((box) => fit(box.width / Math.max(1, box.height)));
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const worst = Math.min(...shares);
  const equality = Math.min(...areas) / Math.max(1, ...areas);
  // Whole pixels make tiles of one grid differ by one or two.
  return (mean + worst) * equality ** EQUALITY * (equality > 0.97 ? CALM : 1);
}

/**
 * Boxes for `count` tiles that fill width x height with no space but the gaps, in reading order for rows.
 * Among all even splits into rows or columns it takes the one that crops people least and keeps them most alike in size.
 */
export function tileBoxes(count: number, width: number, height: number, gap: number): Box[] {
  if (count <= 0 || width <= 0 || height <= 0) return [];
  let best: Box[] = [];
  let bestScore = -1;
  for (let lines = 1; lines <= count; lines++) {
    for (const candidate of [rows(count, lines, width, height, gap), columns(count, lines, width, height, gap)]) {
      const value = score(candidate);
      if (value > bestScore + 1e-9) [best, bestScore] = [candidate, value];
    }
  }
  return best;
}

export interface Areas {
  stage: Box | null;
  people: Box;
}

// The side strip holds two tiles of a readable size side by side on a wide desktop, one on a tablet.
const SIDE_SHARE = 0.24;
const SIDE_MIN = 160;
const SIDE_MAX = 420;
// On an upright screen a shared screen of 16:9 takes the width, and never more than this share of the height.
const STAGE_TALLEST = 0.62;

/** Splits the room into the stage for shared screens and the place for people. */
export function areas(width: number, height: number, gap: number, shared: boolean, anyPeople: boolean): Areas {
  const all = { x: 0, y: 0, width, height };
  if (!shared) return { stage: null, people: all };
  if (!anyPeople) return { stage: all, people: { x: 0, y: height, width, height: 0 } };
  if (width >= height) {
    const side = Math.round(Math.min(SIDE_MAX, Math.max(SIDE_MIN, width * SIDE_SHARE)));
    const stage = Math.max(0, width - side - gap);
    return { stage: { x: 0, y: 0, width: stage, height }, people: { x: stage + gap, y: 0, width: side, height } };
  }
  const stage = Math.round(Math.min(height * STAGE_TALLEST, (width * 10) / 16));
  return {
    stage: { x: 0, y: 0, width, height: stage },
    people: { x: 0, y: stage + gap, width, height: Math.max(0, height - stage - gap) },
  };
}
