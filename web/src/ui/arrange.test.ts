import { describe, expect, it } from "vitest";

import { arrange, liveLimit, pageOf } from "./arrange";

const group = (count: number) => Array.from({ length: count }, (_, i) => ({ id: `p${i}`, me: i === 0 }));
const ids = (people: { id: string }[]) => people.map((person) => person.id);

describe("arrange", () => {
  it("shows all live, oneself included, while they fit", () => {
    const all = arrange(group(4), 4, 0, false);
    expect(ids(all.live)).toEqual(["p0", "p1", "p2", "p3"]);
    expect(all.names).toEqual([]);
    expect(all.pages).toBe(1);
  });

  it("gives one's own place to another person when they do not fit", () => {
    const first = arrange(group(10), 4, 0, false);
    expect(ids(first.live)).toEqual(["p1", "p2", "p3", "p4"]);
    expect(ids(first.names)).toEqual(["p0", "p5", "p6", "p7", "p8", "p9"]);
    expect(first.pages).toBe(3);
  });

  it("reaches everybody exactly once over its pages", () => {
    const people = group(25);
    const seen = Array.from({ length: 6 }, (_, page) => ids(arrange(people, 4, page, false).live)).flat();
    expect(seen.sort()).toEqual(ids(people.slice(1)).sort());
  });

  it("stays on the last page when people leave", () => {
    expect(arrange(group(6), 4, 5, false).page).toBe(1);
    expect(arrange(group(5), 4, -1, false).page).toBe(0);
  });

  it("has a hidden self-view nowhere", () => {
    const hidden = arrange(group(10), 4, 0, true);
    expect(ids([...hidden.live, ...hidden.names])).not.toContain("p0");
    expect(ids(arrange(group(5), 4, 0, true).live)).toHaveLength(4);
  });
});

describe("somebody who is kept", () => {
  it("is live on every page, and everybody else still once", () => {
    const people = group(10);
    const pages = Array.from({ length: 3 }, (_, page) => ids(arrange(people, 4, page, false, "p7").live));
    expect(pages).toEqual([
      ["p7", "p1", "p2", "p3"],
      ["p7", "p4", "p5", "p6"],
      ["p7", "p8", "p9"],
    ]);
    expect(arrange(people, 4, 0, false, "p7").pages).toBe(3);
    expect(["p3", "p4", "p8"].map((id) => pageOf(people, 4, id, "p7"))).toEqual([0, 1, 2]);
  });

  it("takes the one place there is", () => {
    const alone = arrange(group(5), 1, 3, false, "p2");
    expect([ids(alone.live), alone.page, alone.pages]).toEqual([["p2"], 0, 1]);
    expect(pageOf(group(5), 1, "p4", "p2")).toBe(2);
  });

  it("keeps no place when they are gone", () => {
    expect(ids(arrange(group(6), 4, 0, false, "p9").live)).toEqual(["p1", "p2", "p3", "p4"]);
  });
});

describe("pageOf", () => {
  it("finds the page that shows a person", () => {
    const people = group(25);
    for (const person of people.slice(1)) {
      expect(ids(arrange(people, 4, pageOf(people, 4, person.id), false).live)).toContain(person.id);
    }
  });
});

describe("liveLimit", () => {
  it.each([
    [{ phone: true, staged: 0, pictures: Infinity }, 4],
    [{ phone: true, staged: 1, pictures: Infinity }, 2],
    [{ phone: true, staged: 1, pictures: 2 }, 1],
    [{ phone: false, staged: 0, pictures: Infinity }, 25],
    [{ phone: false, staged: 2, pictures: Infinity }, 10],
    [{ phone: false, staged: 0, pictures: 9 }, 9],
    [{ phone: false, staged: 1, pictures: 1 }, 1],
  ])("%o is %i", (limits, expected) => {
    expect(liveLimit(limits)).toBe(expected);
  });
});
