import { describe, expect, it } from "vitest";
import { roomView } from "../session/samples";
import { bellOf } from "./bell";

const pair = (what: Parameters<typeof roomView>[0] = {}) => roomView({ id: "pair.2", kind: "pair", number: 2, ...what });
const coming = [{ name: "Ana", at: 1003 }];
const watched = [{ name: "Ana", until: 1060 }];
const broadcast = { by: "ana", name: "Ana" };

describe("the bell", () => {
  it("sounds when somebody is about to come, begins to look, or speaks to all", () => {
    expect(bellOf(pair(), pair({ coming }), "sam")).toBe("coming");
    expect(bellOf(pair(), pair({ watched }), "sam")).toBe("seen");
    expect(bellOf(pair(), pair({ broadcast }), "sam")).toBe("everyone");
  });

  it("sounds once: not for a longer look, not when they are gone, not for what stays", () => {
    expect(bellOf(pair({ watched }), pair({ watched: [{ name: "Ana", until: 1120 }] }), "sam")).toBeNull();
    expect(bellOf(pair({ watched, coming, broadcast }), pair(), "sam")).toBeNull();
    expect(bellOf(pair({ broadcast }), pair({ broadcast, number: 3 }), "sam")).toBeNull();
  });

  it("does not sound about what stood in a room before one came, but for a voice to all", () => {
    expect(bellOf(roomView(), pair({ watched, coming }), "sam")).toBeNull();
    expect(bellOf(null, pair({ watched }), "sam")).toBeNull();
    expect(bellOf(null, pair({ broadcast }), "sam")).toBe("everyone");
    expect(bellOf(roomView({ broadcast }), pair({ broadcast }), "sam")).toBeNull();
  });

  it("does not sound for the one who speaks, nor outside of rooms", () => {
    expect(bellOf(roomView(), roomView({ broadcast }), "ana")).toBeNull();
    expect(bellOf(pair({ watched }), null, "sam")).toBeNull();
  });
});
