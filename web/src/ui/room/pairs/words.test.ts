import { describe, expect, it } from "vitest";

import type { Person, RoomView, Said } from "../../../session/model";
import { person as told, roomView } from "../../../session/samples";
import { lastToAll } from "./Notices";
import { aloneWords, isCounted, movedWords, recallWords, roomTitle, voiceWords } from "./words";

const person = (id: string, more: Partial<Person> = {}): Person => ({ ...told(id, { name: id }), me: id === "Jamie", speaking: false, ...more });
const people = (...names: string[]) => ["Jamie", ...names].map((name) => person(name));
const pair = (more: Partial<RoomView> = {}) => roomView({ id: "pair.2", kind: "pair", number: 2, groups: "pairs", ...more });

describe("the heading of a pair", () => {
  it("names who is there, to facilitators with its number", () => {
    expect(roomTitle(pair(), people("Sam"))).toBe("You and Sam");
    expect(roomTitle(pair(), people("Sam", "Leo"))).toBe("You, Sam and Leo");
    expect(roomTitle(pair(), people("Sam", "Leo", "Mia"), true)).toBe("Pair 2: Sam, Leo and Mia");
  });

  it("is the number and the count where names would fill the screen", () => {
    const six = people("Sam", "Leo", "Mia", "Ben", "Kim");
    expect(roomTitle(pair({ groups: "rooms" }), six)).toBe("Room 2");
    expect(isCounted(pair(), six)).toBe(true);
    expect(isCounted(pair(), people("Sam"))).toBe(false);
  });

  it("says of an empty room whose it is", () => {
    expect(roomTitle(pair(), people())).toBe("Your pair");
    expect(roomTitle(pair({ groups: "rooms" }), people())).toBe("Your room");
    expect(roomTitle(pair(), people(), true)).toBe("Pair 2");
  });

  it("is the main room's to facilitators while the others are in pairs", () => {
    expect(roomTitle(roomView(), people(), true, true)).toBe("Main room");
    expect(roomTitle(roomView(), people("Sam"))).toBe("Your group");
  });
});

describe("after a move", () => {
  const moved = (room: RoomView, was: RoomView["kind"], { muted = false, tap = false, team = false } = {}) =>
    movedWords({ room, was, people: people("Sam"), muted, tap, team });

  it.each<[string, string, string]>([
    ["a pair", moved(pair(), "main"), "You're with Sam now."],
    ["a pair, muted", moved(pair(), "main", { muted: true, tap: true }), "You're with Sam now. You're muted. Tap to talk."],
    ["a pair, where the microphone is kept off", moved(pair(), "main", { muted: true }), "You're with Sam now. You're muted."],
    ["the group again, muted as before", moved(roomView(), "pair", { muted: true }), "You're back in the group."],
    ["the group again", moved(roomView(), "pair"), "You're back in the group."],
    ["a private talk", moved(roomView({ kind: "private" }), "pair"), "Nobody else sees or hears you."],
    ["the group after a private talk", moved(roomView(), "private"), "You're back in your group. You're muted."],
    ["a pair, as facilitator", moved(pair(), "main", { team: true }), "You're in Pair 2 now."],
    ["the main room, as facilitator", moved(roomView(), "pair", { team: true, muted: true }), "You're back in the main room. You're muted."],
  ])("one hears of %s", (_, said, words) => {
    expect(said).toBe(words);
  });
});

it.each([
  [180, "3 minutes left. Finish your sentence."],
  [60, "One minute left. Finish your sentence."],
  [30, "30 seconds left. Finish your sentence."],
  [1, "1 second left. Finish your sentence."],
  [0, "You're going back to the group now."],
])("with %i seconds left a recall says: %s", (left, words) => {
  expect(recallWords(left)).toBe(words);
});

it("tells a dropped line from somebody who is gone, and blames nobody", () => {
  const alone = { since: 0, names: ["Sam"], can_return: true, waits: false };
  expect(aloneWords(alone, [...people(), person("Sam", { present: false })])).toBe("Sam's connection dropped. It's nothing you did.");
  expect(aloneWords(alone, people())).toBe("Sam stepped out. It's nothing you did.");
  expect(aloneWords({ ...alone, names: [] }, people())).toBe("Your partner stepped out. It's nothing you did.");
});

it("names the one place of a facilitator's voice", () => {
  expect(voiceWords({ where: "pair", number: 2, with: "" }, "pairs", true)).toBe("Your voice: Pair 2 (muted)");
  expect(voiceWords({ where: "main", number: null, with: "" }, "rooms", false)).toBe("Your voice: Main room");
  expect(voiceWords({ where: "private", number: null, with: "Sam" }, null, false)).toBe("Your voice: Only Sam");
  expect(voiceWords({ where: "private", number: null, with: "" }, null, false)).toBe("Your voice: Nobody yet");
  expect(voiceWords({ where: "everyone", number: null, with: "" }, "pairs", false)).toBe("Your voice: Everyone");
});

it("puts the newest line to everyone in front, but not one's own", () => {
  const line = (who: string, to: Said["to"], at: number): Said => ({ who, name: who, to, whom: null, text: "", at });
  expect(lastToAll([line("Ana", "everyone", 1), line("Ana", "everyone", 2), line("Sam", "room", 3)], "Jamie")?.at).toBe(2);
  expect(lastToAll([line("Ana", "everyone", 1)], "Ana")).toBeNull();
  expect(lastToAll([line("Ana", "room", 1)], "Jamie")).toBeNull();
});
