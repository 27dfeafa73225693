import { describe, expect, it } from "vitest";

import { STATUS_EVERY, StatusQueue } from "./status";

describe("StatusQueue", () => {
  it("says a first message at once, the next only after 3 s", () => {
    const queue = new StatusQueue();
    queue.add({ kind: "came", name: "Sam" });
    expect(queue.next(1000)).toEqual({ kind: "came", names: ["Sam"] });
    queue.add({ kind: "left", name: "Sam" });
    expect(queue.next(1000 + STATUS_EVERY - 1)).toBeNull();
    expect(queue.wait(1000 + STATUS_EVERY - 1)).toBe(1);
    expect(queue.next(1000 + STATUS_EVERY)).toEqual({ kind: "left", names: ["Sam"] });
    expect(queue.wait(9000)).toBeNull();
  });

  it("gathers arrivals into one sentence", () => {
    const queue = new StatusQueue();
    for (const name of ["Sam", "Ana", "Lee", "Sam"]) queue.add({ kind: "came", name });
    expect(queue.next(0)).toEqual({ kind: "came", names: ["Sam", "Ana", "Lee"] });
    expect(queue.next(STATUS_EVERY)).toBeNull();
  });

  it("keeps only the last word about a person", () => {
    const queue = new StatusQueue();
    queue.add({ kind: "away", name: "Sam" });
    queue.add({ kind: "back", name: "Sam" });
    expect(queue.next(0)).toEqual({ kind: "back", names: ["Sam"] });
    expect(queue.next(STATUS_EVERY)).toBeNull();
  });

  it("says the same sentence once and drops the oldest when too much happened", () => {
    const queue = new StatusQueue();
    queue.add({ kind: "say", text: "one" });
    queue.add({ kind: "say", text: "one" });
    for (const text of ["two", "three", "four", "five"]) queue.add({ kind: "say", text });
    const said = [0, 1, 2, 3, 4].map((i) => queue.next(i * STATUS_EVERY));
    expect(said.map((spoken) => spoken && spoken.kind === "say" && spoken.text)).toEqual(["two", "three", "four", "five", null]);
  });
});
