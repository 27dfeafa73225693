import { describe, expect, it } from "vitest";

import { STATUS_EVERY, StatusQueue } from "./status";

describe("StatusQueue", () => {
  it("says a first message at once, the next only after 3 s", () => {
    const queue = new StatusQueue();
    queue.add({ kind: "came", name: "Sam" }, 0);
    expect(queue.next(1000)).toMatchObject({ kind: "came", names: ["Sam"] });
    queue.add({ kind: "left", name: "Sam" }, 0);
    expect(queue.next(1000 + STATUS_EVERY - 1)).toBeNull();
    expect(queue.wait(1000 + STATUS_EVERY - 1)).toBe(1);
    expect(queue.next(1000 + STATUS_EVERY)).toMatchObject({ kind: "left", names: ["Sam"] });
    expect(queue.wait(9000)).toBeNull();
  });

  it("gathers arrivals into one sentence", () => {
    const queue = new StatusQueue();
    for (const name of ["Sam", "Ana", "Lee", "Sam"]) queue.add({ kind: "came", name }, 0);
    expect(queue.next(0)).toMatchObject({ kind: "came", names: ["Ana", "Lee", "Sam"] });
    expect(queue.next(STATUS_EVERY)).toBeNull();
  });

  it("says nothing of what was undone before its turn", () => {
    for (const [one, other] of [["came", "left"], ["away", "back"], ["left", "came"]] as const) {
      const queue = new StatusQueue();
      queue.add({ kind: one, name: "Sam" }, 0);
      queue.add({ kind: other, name: "Sam" }, 0);
      expect(queue.next(0)).toBeNull();
    }
  });

  it("keeps only the last word about a person", () => {
    const queue = new StatusQueue();
    queue.add({ kind: "back", name: "Sam" }, 0);
    queue.add({ kind: "left", name: "Sam" }, 0);
    expect(queue.next(0)).toMatchObject({ kind: "left", names: ["Sam"] });
    expect(queue.next(STATUS_EVERY)).toBeNull();
  });

  it("tells two people of one name apart", () => {
    const queue = new StatusQueue();
    queue.add({ kind: "came", name: "Sam", key: "p1" }, 0);
    queue.add({ kind: "left", name: "Sam", key: "p2" }, 0);
    expect(queue.next(0)).toMatchObject({ kind: "came", names: ["Sam"] });
    expect(queue.next(STATUS_EVERY)).toMatchObject({ kind: "left", names: ["Sam"] });
  });

  it("does not say what was withdrawn", () => {
    const queue = new StatusQueue();
    queue.add({ kind: "knock", name: "Jo", key: "knock:1" }, 0);
    queue.add({ kind: "knock", name: "Lee", key: "knock:2" }, 0);
    queue.add({ kind: "say", text: "Sam asks for private help", key: "call:1" }, 0);
    queue.drop("knock:1");
    queue.drop("call:1");
    expect(queue.next(0)).toEqual({ kind: "knock", names: ["Lee"], keys: ["knock:2"] });
    expect(queue.next(STATUS_EVERY)).toBeNull();
  });

  it("replaces what was said of the same thing", () => {
    const queue = new StatusQueue();
    queue.add({ kind: "say", text: "You're muted.", key: "microphone" }, 0);
    queue.add({ kind: "say", text: "Your microphone is on.", key: "microphone" }, 0);
    expect(queue.next(0)).toMatchObject({ text: "Your microphone is on." });
    expect(queue.next(STATUS_EVERY)).toBeNull();
  });

  it("does not say what is long past, but for what was put first", () => {
    const queue = new StatusQueue();
    queue.add({ kind: "say", text: "Your microphone is on." }, 0);
    queue.add({ kind: "say", text: "Ana would like to hear you.", first: true }, 0);
    expect(queue.next(11_000)).toMatchObject({ text: "Ana would like to hear you." });
    expect(queue.next(15_000)).toBeNull();
  });

  it("puts calls for help before what waits, in their own order, and keeps them when too much happens", () => {
    const queue = new StatusQueue();
    queue.add({ kind: "say", text: "a" }, 0);
    queue.add({ kind: "say", text: "help 1", first: true }, 0);
    queue.add({ kind: "say", text: "help 2", first: true }, 0);
    for (const text of ["b", "c", "d"]) queue.add({ kind: "say", text }, 0);
    const said = [0, 1, 2, 3, 4].map((i) => queue.next(i * STATUS_EVERY));
    expect(said.map((one) => one?.kind === "say" && one.text)).toEqual(["help 1", "help 2", "c", "d", false]);
  });

  it("says the same sentence once and drops the oldest when too much happened", () => {
    const queue = new StatusQueue();
    queue.add({ kind: "say", text: "one" }, 0);
    queue.add({ kind: "say", text: "one" }, 0);
    for (const text of ["two", "three", "four", "five"]) queue.add({ kind: "say", text }, 0);
    const said = [0, 1, 2, 3, 4].map((i) => queue.next(i * STATUS_EVERY));
    expect(said.map((spoken) => spoken && spoken.kind === "say" && spoken.text)).toEqual(["two", "three", "four", "five", null]);
  });
});
