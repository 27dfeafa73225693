import { describe, expect, it } from "vitest";

import type { Me, Person, RoomView } from "../../session/model";
import { me, person as told, roomView } from "../../session/samples";
import { news, type Seen } from "./news";

const people: Person[] = [
  { ...told("me", { name: "Jamie" }), me: true, speaking: false },
  { ...told("ana", { name: "Ana", role: "facilitator" }), me: false, speaking: false },
  { ...told("sam", { name: "Sam" }), me: false, speaking: false },
];

const seen = (mine: Partial<Me> = {}, room: Partial<RoomView> = {}, team = false): Seen => ({
  mine: me(mine),
  room: roomView(room),
  people,
  team,
});

const texts = (before: Seen | null, after: Seen) => news(before, after).map((notice) => notice.kind === "say" && notice.text);

describe("news", () => {
  it.each<[string, Seen, Seen, string]>([
    ["being asked to speak", seen(), seen({ asked_by: "ana" }), "Ana would like to hear you."],
    ["being covered", seen(), seen({ covered_by: "ana", seen_by: ["ana"] }), "Only Ana can see and hear you right now."],
    ["being shown again", seen({ covered_by: "ana", seen_by: ["ana"] }), seen(), "Everyone can see and hear you again."],
    ["a pause", seen(), seen({}, { paused_by: "ana" }), "Ana paused the group. Stay here. Nobody sees or hears you."],
    ["a pause, to a facilitator", seen({}, {}, true), seen({}, { paused_by: "ana" }, true), "The group is paused. Participants don't see or hear each other."],
    ["the end of a pause", seen({}, { paused_by: "ana" }), seen(), "The group goes on."],
    ["the own spotlight", seen(), seen({}, { spotlight: "me" }), "You're in front now. Everyone sees your picture large."],
    ["another's spotlight", seen(), seen({}, { spotlight: "sam" }), "Sam is in front now."],
    ["the end of the own spotlight", seen({}, { spotlight: "me" }), seen(), "You're not in front any more."],
    ["being allowed to share", seen(), seen({ may: ["microphone", "camera", "screen"] }), "You can share your screen now."],
    ["being allowed to speak", seen({ may: ["camera"] }), seen(), "You can turn on your microphone now."],
    ["a camera kept off", seen(), seen({ may: ["microphone"] }), "Your camera is off for now. You can raise your hand."],
    ["asking to stay", seen(), seen({ stays: true }), "Your facilitators know that you'd like to stay. Stay here."],
  ])("tells of %s", (_, before, after, text) => {
    expect(texts(before, after)).toEqual([text]);
  });

  const pair = (room: Partial<RoomView> = {}) => seen({}, { id: "pair.2", kind: "pair", number: 2, ...room });
  const watched = [{ name: "Ana", until: 1060 }];
  const coming = [{ name: "Ana", at: 1003 }];
  const alone = { since: 1000, names: ["Sam"], can_return: true, waits: false };

  it.each<[string, Seen, Seen, string[]]>([
    ["who is about to come", pair(), pair({ coming }), ["Ana is coming into your room."]],
    ["who sees the room", pair(), pair({ watched }), ["Ana can see you."]],
    ["a longer look once", pair({ watched }), pair({ watched: [{ name: "Ana", until: 1090 }] }), []],
    ["who speaks to everyone", pair(), pair({ broadcast: { by: "ana", name: "Ana" } }), ["Ana is speaking to everyone."]],
    ["one's own voice to nobody", pair(), pair({ broadcast: { by: "me", name: "Jamie" } }), []],
    ["being left alone", pair(), pair({ alone }), ["Sam stepped out. It's nothing you did."]],
    ["being alone once", pair({ alone }), pair({ alone: { ...alone, waits: true } }), []],
  ])("tells of %s", (_, before, after, said) => {
    expect(texts(before, after)).toEqual(said);
  });

  it("tells that nobody looks any more, but not of who comes in instead", () => {
    const without = { ...pair(), people: people.slice(0, 1) };
    const before = { ...pair({ watched }), people: people.slice(0, 1) };
    expect(texts(before, without)).toEqual(["Ana does not see you any more."]);
    expect(texts(before, { ...without, room: { ...without.room, coming } })).toEqual(["Ana is coming into your room."]);
    expect(texts(before, pair())).toEqual([]);
  });

  it("tells of a break", () => {
    expect(texts(seen(), seen({ resting: "break" }, { break_until: 1_800_000_000 }))[0]).toMatch(/^Break until \d/);
  });

  it("leaves what was running to the card that says who stopped it", () => {
    expect(texts(seen(), seen({ may: ["camera"], muted: true, muted_by: "ana" }))).toEqual([]);
    expect(texts(seen(), seen({ may: ["microphone"], stopped: ["camera"] }))).toEqual([]);
  });

  it("says nothing at first sight, in another room, or when nothing changed", () => {
    const covered = seen({ covered_by: "ana", seen_by: ["ana"] });
    expect(news(null, covered)).toEqual([]);
    expect(news(seen({}, { id: "private.me", kind: "private" }), covered)).toEqual([]);
    expect(news(covered, covered)).toEqual([]);
  });
});
