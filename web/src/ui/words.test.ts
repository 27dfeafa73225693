import { describe, expect, it } from "vitest";

import { clock, initials, windowColour } from "./words";

describe("initials", () => {
  it.each([
    ["Sam", "S"],
    ["ana maria lópez", "AL"],
    ["  Lee  ", "L"],
    ["Émile", "É"],
    ["🌻 Sunny", "🌻S"],
    ["", ""],
  ])("%s is %s", (name, letters) => {
    expect(initials(name)).toBe(letters);
  });
});

describe("clock", () => {
  it.each([
    [0, "0:00"],
    [12_900, "0:12"],
    [61_000, "1:01"],
    [3_723_000, "1:02:03"],
    [-5, "0:00"],
  ])("%i ms is %s", (duration, text) => {
    expect(clock(duration)).toBe(text);
  });
});

describe("windowColour", () => {
  it("stays the same for a person and uses all colours over many", () => {
    expect(windowColour("p7", 6)).toBe(windowColour("p7", 6));
    const used = new Set(Array.from({ length: 60 }, (_, i) => windowColour(`person-${i}`, 6)));
    expect(used.size).toBe(6);
  });
});
