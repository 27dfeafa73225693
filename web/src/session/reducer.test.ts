import { expect, test } from "vitest";
import type { Person, ServerMessage, SessionEvent, Snapshot } from "../protocol.gen";
import { reduce, type Room } from "./reducer";

const person = (id: string, more: Partial<Person> = {}): Person => ({
  id,
  name: id.toUpperCase(),
  role: "participant",
  muted: false,
  sources: [],
  present: true,
  ...more,
});

const snapshot: Snapshot = {
  type: "snapshot",
  id: 1,
  n: 10,
  session: "s",
  you: "me",
  secret: null,
  peer: null,
  people: [person("me"), person("a", { sources: ["microphone"] })],
  slots: [{ mid: "4", participant: "a", source: "microphone" }],
  speakers: ["a"],
};

const start = reduce(null, snapshot);
const event = (n: number, event: SessionEvent): ServerMessage => ({ type: "event", n, event });
const after = (...messages: ServerMessage[]): Room => messages.reduce(reduce, start) as Room;
const find = (room: Room, id: string): Person | undefined => room.people.find((one) => one.id === id);

test("nothing is known before the snapshot", () => {
  expect(reduce(null, event(11, { type: "muted", participant: "a" }))).toBeNull();
});

test("a snapshot replaces everything", () => {
  const room = after(event(11, { type: "joined", person: person("b") }), { ...snapshot, n: 12 });
  expect(room).toMatchObject({ me: "me", n: 12 });
  expect(room.people.map(({ id }) => id)).toEqual(["me", "a"]);
});

test("events that the snapshot holds already are passed over", () => {
  expect(after(event(10, { type: "left", participant: "a", cause: "left" }))).toBe(start);
});

test("newcomers come last, who returns keeps their place", () => {
  const room = after(
    event(11, { type: "joined", person: person("b") }),
    event(12, { type: "away", participant: "a" }),
    event(13, { type: "returned", person: person("a", { muted: true }) }),
  );
  expect(room.people.map(({ id }) => id)).toEqual(["me", "a", "b"]);
  expect(find(room, "a")).toMatchObject({ muted: true, present: true });
  expect(room.n).toBe(13);
});

test("who is away is still there", () => {
  expect(find(after(event(11, { type: "away", participant: "a" })), "a")?.present).toBe(false);
});

test("who left does not speak any more", () => {
  const room = after(event(11, { type: "left", participant: "a", cause: "lost" }));
  expect(find(room, "a")).toBeUndefined();
  expect(room.speakers).toEqual([]);
});

test("sources come once and go", () => {
  const published = after(
    event(11, { type: "published", participant: "a", source: "camera" }),
    event(12, { type: "published", participant: "a", source: "camera" }),
  );
  expect(find(published, "a")?.sources).toEqual(["microphone", "camera"]);
  const gone = reduce(published, event(13, { type: "unpublished", participant: "a", source: "microphone" })) as Room;
  expect(find(gone, "a")?.sources).toEqual(["camera"]);
});

test("mute marks follow", () => {
  const muted = after(event(11, { type: "muted", participant: "a" }));
  expect(find(muted, "a")?.muted).toBe(true);
  expect(find(reduce(muted, event(12, { type: "unmuted", participant: "a" })) as Room, "a")?.muted).toBe(false);
});

test("slots and speakers are whole lists and leave the number alone", () => {
  const room = after({ type: "slots", slots: [] }, { type: "speakers", participants: ["me"] });
  expect(room).toMatchObject({ slots: [], speakers: ["me"], n: 10 });
});

test("an event of a newer server changes only the number", () => {
  const strange = { type: "moved", participant: "a" } as unknown as SessionEvent;
  expect(after(event(11, strange))).toEqual({ ...start, n: 11 });
});
