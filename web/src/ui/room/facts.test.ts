/** What the room's parts make of what the server told. */

import { describe, expect, it } from "vitest";

import type { Person } from "../../session/model";
import { me, person as told, roomView } from "../../session/samples";
import { facilitator, facilitatorElsewhere } from "../staff";
import { coveredWords, seers } from "./Covered";
import { queue } from "./Hands";
import { roomTitle } from "./pairs/words";
import { stagedOf } from "./Stage";
import { stoppedOf } from "./Stopped";

const person = (id: string, more: Partial<Person> = {}): Person => ({ ...told(id), me: id === "me", speaking: false, ...more });
const ana = person("ana", { name: "Ana", role: "facilitator" });
const sam = person("sam", { name: "Sam" });
const self = person("me", { name: "Jamie" });

describe("what a facilitator stopped", () => {
  it("is not one's own mute", () => {
    expect(stoppedOf(me({ muted: true }))).toEqual([]);
    expect(stoppedOf(me({ muted: true, muted_by: "ana" }))).toEqual(["microphone"]);
  });

  it("is what is stopped now, never a sound of a screen by itself", () => {
    expect(stoppedOf(me({ stopped: ["screen", "screen_sound", "camera"] }))).toEqual(["camera", "screen"]);
    expect(stoppedOf(null)).toEqual([]);
  });
});

describe("who sees a covered person", () => {
  it("is named exactly", () => {
    expect(seers(me({ covered_by: "ana", seen_by: ["ana"] }), [self, ana])).toEqual(["Ana"]);
    expect(coveredWords(["Ana"])).toBe("Only Ana can see and hear you right now.");
  });

  it("is nobody when the facilitators are gone", () => {
    expect(coveredWords(seers(me({ covered_by: "ana", seen_by: [] }), [self])!)).toBe("Nobody can see or hear you right now.");
  });

  it("is the room as usual else", () => {
    expect(seers(me(), [self, ana])).toBeNull();
    expect(seers(null, [])).toBeNull();
  });
});

describe("the hand queue", () => {
  it("is in the server's order, not in that of arrival", () => {
    expect(queue([self, { ...sam, hand: 2 }, { ...ana, hand: 1 }]).map(({ id }) => id)).toEqual(["ana", "sam"]);
  });
});

describe("the room's title", () => {
  it("names who else is in a room of two", () => {
    const room = roomView({ id: "private.me", kind: "private" });
    expect(roomTitle(room, [self, ana])).toBe("You and Ana");
    expect(roomTitle(room, [self, ana, person("kim", { name: "Kim", function: "interpreter" })])).toBe("You, Ana and Kim");
  });

  it("is the group's in the main room", () => {
    expect(roomTitle(roomView(), [self, ana])).toBe("Your group");
  });
});

describe("what stands in front", () => {
  const sharing: Person = { ...sam, sources: ["camera", "screen"] };

  it("is a shared screen before the spotlight", () => {
    expect(stagedOf([self, ana, sharing], "ana")).toEqual([{ person: sharing, source: "screen" }]);
  });

  it("is the person in the spotlight, on everybody's page but their own", () => {
    expect(stagedOf([self, ana, sam], "sam")).toEqual([{ person: sam, source: "camera" }]);
    expect(stagedOf([self, ana, sam], "me")).toEqual([]);
  });

  it("is nothing of one's own", () => {
    expect(stagedOf([{ ...self, sources: ["screen"] }, ana], null)).toEqual([]);
  });
});

describe("the facilitator to be named", () => {
  it("is the one whom the server names", () => {
    expect(facilitator([self, ana], roomView({ staff_names: ["Kim"] }))).toBe("Kim");
  });

  it("is the one whose line dropped, when nobody else is there", () => {
    expect(facilitator([self, { ...ana, present: false }], roomView({ staff_names: [] }))).toBe("Ana");
    expect(facilitator([self, sam], null)).toBe("");
  });

  it("will be back when all facilitators are elsewhere, but is not lost", () => {
    expect(facilitatorElsewhere([self, sam], roomView())).toBe(true);
    expect(facilitatorElsewhere([self, ana], roomView())).toBe(false);
    expect(facilitatorElsewhere([self, sam], roomView({ staff: "none" }))).toBe(false);
    expect(facilitatorElsewhere([self, ana], roomView({ kind: "private" }))).toBe(false);
  });
});
