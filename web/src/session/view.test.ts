import { expect, test } from "vitest";
import type { WantedPicture } from "./model";
import { board, person, roomView } from "./samples";
import type { Slot } from "../protocol.gen";
import { heldBack, joined, lookedAt, peopleOf, picturesOf, stillSqueezed, tilesOf, voiceOf, waiting, type Asking, type PictureFacts } from "./view";

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
const none: PictureFacts = { seen: new Map(), own: new Map(), heldBack: new Set(), squeezed: new Set() };
const asking = (what: Partial<Asking> = {}): Asking => ({ me: "me", needed: null, limit: Infinity, scale: 1, lines: Infinity, ...what });
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
  expect(tilesOf(wanted("me", "a"), asking())).toEqual([
    { participant: "a", source: "camera", width: 640, height: 360, front: false, needed: false },
  ]);
});

test("a limit asks for fewer and smaller, and what is held back is off", () => {
  const list = wanted("me", "a", "b");
  const one = asking({ limit: 1, scale: 0.5 });
  expect(tilesOf(list, one)).toMatchObject([{ participant: "a", width: 320, height: 180 }]);
  const held = heldBack(list, one);
  expect([...held]).toEqual(["b/camera"]);
  expect(heldBack(list, asking()).size).toBe(0);
  expect([...heldBack(list, asking({ limit: 0 }))]).toEqual(["a/camera", "b/camera"]);
  expect(picturesOf(people, { ...none, heldBack: new Set(["a/camera"]) }).get("a/camera")?.state).toBe("off");
});

test("the needed picture goes first, also where there is room for one; its person's screen is not meant", () => {
  const list = [{ ...wanted("b")[0]!, source: "screen" as const, front: true }, ...wanted("a", "b")];
  const tiles = tilesOf(list, asking({ needed: "b" }));
  expect(tiles.map(({ participant, source, front, needed }) => [participant, source, front, needed])).toEqual([
    ["b", "camera", false, true],
    ["b", "screen", true, false],
    ["a", "camera", false, false],
  ]);
  expect([...heldBack(list, asking({ needed: "b", limit: 1 }))]).toEqual(["b/screen", "a/camera"]);
});

test("low data asks for as many lines as the lowest encoding has, in the same shape", () => {
  expect(tilesOf(wanted("a"), asking({ lines: 180 }))).toMatchObject([{ width: 320, height: 180 }]);
  expect(tilesOf([{ ...wanted("a")[0]!, width: 160, height: 90 }], asking({ lines: 180 }))).toMatchObject([{ width: 160, height: 90 }]);
});

const slot = (mid: string, participant: string, source: Slot["source"]): Slot => ({ mid, participant, source });

test("a squeezed picture is none, and what is squeezed of somebody else is not theirs", () => {
  const seen = new Map([["a/camera", { stream, state: "live", stoppedAt: null }]] as const);
  const { pictures, sounds } = waiting([slot("5", "a", "camera"), slot("6", "b", "microphone"), slot("8", "a", "screen_sound")]);
  expect(picturesOf(people, { ...none, seen, squeezed: pictures }).get("a/camera")).toMatchObject({ state: "squeezed", stream: null });
  expect([...sounds]).toEqual(["b/camera", "a/screen"]);
  expect(picturesOf(people, { ...none, squeezed: pictures, heldBack: new Set(["a/camera"]) }).get("a/camera")?.state).toBe("off");
});

test("squeezed is forgotten of a slot that carries another one, or nobody", () => {
  const before = [slot("5", "a", "camera"), slot("7", "b", "camera"), slot("9", "c", "camera")];
  const slots = [slot("5", "a", "camera"), slot("7", "d", "camera")];
  expect(stillSqueezed(before, slots)).toEqual([before[0]]);
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
