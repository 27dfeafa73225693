/** What the server told us of the session, as one value. Pure. */

import type { Person, ServerMessage, SessionEvent, Slot, Snapshot, SourceName } from "../protocol.gen";

export interface Room {
  readonly session: string;
  readonly me: string;
  /** Number of the last event applied. */
  readonly n: number;
  /** In order of arrival, me included. */
  readonly people: readonly Person[];
  readonly slots: readonly Slot[];
  readonly speakers: readonly string[];
}

export function reduce(room: Room | null, message: ServerMessage): Room | null {
  if (message.type === "snapshot") return fromSnapshot(message);
  if (room === null) return null;
  switch (message.type) {
    case "event":
      // After a snapshot at n the server may repeat what the snapshot already holds.
      return message.n <= room.n ? room : { ...apply(room, message.event), n: message.n };
    case "slots":
      return { ...room, slots: message.slots };
    case "speakers":
      return { ...room, speakers: message.participants };
    default:
      return room;
  }
}

const fromSnapshot = (snapshot: Snapshot): Room => ({
  session: snapshot.session,
  me: snapshot.you,
  n: snapshot.n,
  people: snapshot.people,
  slots: snapshot.slots,
  speakers: snapshot.speakers,
});

function apply(room: Room, event: SessionEvent): Room {
  switch (event.type) {
    case "joined":
    case "returned":
      return { ...room, people: put(room.people, event.person) };
    case "left":
      return without(room, event.participant);
    case "away":
      return change(room, event.participant, () => ({ present: false }));
    case "muted":
      return change(room, event.participant, () => ({ muted: true }));
    case "unmuted":
      return change(room, event.participant, () => ({ muted: false }));
    case "published":
      return change(room, event.participant, (person) => ({ sources: added(person.sources, event.source) }));
    case "unpublished":
      return change(room, event.participant, (person) => ({
        sources: person.sources.filter((source) => source !== event.source),
      }));
    default:
      // A newer server may tell of things this page does not show.
      return room;
  }
}

function put(people: readonly Person[], person: Person): readonly Person[] {
  if (!people.some((one) => one.id === person.id)) return [...people, person];
  return people.map((one) => (one.id === person.id ? person : one));
}

const without = (room: Room, id: string): Room => ({
  ...room,
  people: room.people.filter((one) => one.id !== id),
  speakers: room.speakers.filter((one) => one !== id),
});

const change = (room: Room, id: string, how: (person: Person) => Partial<Person>): Room => ({
  ...room,
  people: room.people.map((one) => (one.id === id ? { ...one, ...how(one) } : one)),
});

const added = (sources: readonly SourceName[], source: SourceName): SourceName[] =>
  sources.includes(source) ? [...sources] : [...sources, source];
