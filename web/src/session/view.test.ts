import { expect, test } from "vitest";
import type { WantedPicture } from "./model";
import { board, person, roomView } from "./samples";
import { heldBack, joined, lookedAt, peopleOf, picturesOf, tilesOf, voiceOf, type PictureFacts } from "./view";

const stream = {} as MediaStream;
const view = {
  you: "me",
  people: [
    person("a", { role: "facilitator", sources: ["camera", "screen"] }),
    person("me", { sources: ["camera"] }),
    person("b", { muted: true, sources: ["microphone"] }),
  ],
};
const people = peopleOf(view, ["a"], { muted: true, sources: [] });
const none: PictureFacts = { seen: new Map(), own: new Map(), heldBack: new Set() };
const wanted = (...participants: string[]): WantedPicture[] =>
  participants.map((participant) => ({ participant, source: "camera", width: 640, height: 360.4 }));

test("I am first, and my marks are my own", () => {
  expect(people.map(({ id }) => id)).toEqual(["me", "a", "b"]);
  expect(people[0]).toMatchObject({ me: true, muted: true, sources: [], speaking: false });
  expect(people[1]).toMatchObject({ me: false, speaking: true });
});

test("a phone beside the laptop knows my marks only from the server", () => {
  expect(peopleOf(view, [], null)[0]).toMatchObject({ me: true, muted: false, sources: ["camera"] });
});

test("who has no camera is off, who publishes is waiting, until frames say otherwise", () => {
  const pictures = picturesOf(people, none);
  expect([...pictures].map(([key, { state }]) => [key, state])).toEqual([
    ["me/camera", "off"],
    ["a/camera", "waiting"],
    ["a/screen", "waiting"],
    ["b/camera", "off"],
  ]);
  const seen = new Map([["a/camera", { stream, state: "stopped", stoppedAt: 5 }]] as const);
  expect(picturesOf(people, { ...none, seen }).get("a/camera")).toMatchObject({ state: "stopped", stoppedAt: 5 });
});

test("a slot that still feeds is no picture of somebody who stopped their camera", () => {
  const seen = new Map([["b/camera", { stream, state: "live", stoppedAt: null }]] as const);
  expect(picturesOf(people, { ...none, seen }).get("b/camera")?.state).toBe("off");
});

test("my own camera is live at once", () => {
  const pictures = picturesOf(people, { ...none, own: new Map([["camera", stream]]) });
  expect(pictures.get("me/camera")).toMatchObject({ state: "live", stream });
});

test("the view names others only, in whole device pixels", () => {
  expect(tilesOf(wanted("me", "a"), "me", Infinity)).toEqual([
    { participant: "a", source: "camera", width: 640, height: 360 },
  ]);
});

test("a limit asks for fewer and smaller, and what is held back is off", () => {
  const list = wanted("me", "a", "b");
  expect(tilesOf(list, "me", 1)).toEqual([{ participant: "a", source: "camera", width: 320, height: 180 }]);
  const held = heldBack(list, "me", 1);
  expect([...held]).toEqual(["b/camera"]);
  expect(heldBack(list, "me", Infinity).size).toBe(0);
  expect(picturesOf(people, { ...none, heldBack: new Set(["a/camera"]) }).get("a/camera")?.state).toBe("off");
});

test("people of another room have a picture as long as a look gives one", () => {
  const placed = (id: string, sources: ("camera" | "microphone")[]) => ({ person: person(id, { sources }), room: "pair.1", partner: true });
  const others = lookedAt(board({ people: [placed("a", ["camera"]), placed("x", ["camera"]), placed("y", ["microphone"])] }), people);
  expect(others.map(({ id, me, speaking }) => [id, me, speaking])).toEqual([["x", false, false]]);
  expect(picturesOf(others, none).get("x/camera")?.state).toBe("waiting");
  expect(lookedAt(null, people)).toEqual([]);
});

test("what two parts of the page want is asked for together, the stage first", () => {
  expect(joined(new Map())).toBeNull();
  const both = joined(new Map([["look", wanted("x")], ["stage", wanted("a")]]));
  expect(both?.map(({ participant }) => participant)).toEqual(["a", "x"]);
  expect(joined(new Map([["look", []]]))).toEqual([]);
});

test("a voice goes to one place", () => {
  const pair = roomView({ id: "pair.2", kind: "pair", number: 2 });
  const broadcast = { by: "me", name: "Me" };
  expect(voiceOf(null, people, "me")).toBeNull();
  expect(voiceOf(roomView(), people, "me")).toEqual({ where: "main", number: null, with: "" });
  expect(voiceOf(pair, people, "me")).toMatchObject({ where: "pair", number: 2 });
  expect(voiceOf(roomView({ kind: "private" }), people.slice(0, 2), "me")).toMatchObject({ where: "private", with: "A" });
  expect(voiceOf(roomView({ broadcast }), people, "me")).toMatchObject({ where: "everyone" });
  expect(voiceOf({ ...pair, broadcast: { by: "a", name: "A" } }, people, "me")).toMatchObject({ where: "pair" });
});
