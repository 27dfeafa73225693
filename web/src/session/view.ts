/** What the screens are given, derived from what the server told and what this page holds. Pure. */

import type { Board, Person as ToldPerson, RoomView, Slot, Tile } from "../protocol.gen";
import {
  pictureKey,
  type Person,
  type Picture,
  type PictureKey,
  type PictureSource,
  type SourceName,
  type ViewPart,
  type Voice,
  type WantedPicture,
} from "./model";

export interface Own {
  readonly muted: boolean;
  readonly sources: readonly SourceName[];
}

interface People {
  readonly you: string;
  readonly people: readonly ToldPerson[];
}

/** Me first. `own`: my own marks as this page makes them; null where another device of mine makes them. */
export function peopleOf(view: People | null, speakers: readonly string[], own: Own | null): readonly Person[] {
  if (view === null) return [];
  const speaking = new Set(speakers);
  const all = view.people.map((person) => {
    const me = person.id === view.you;
    return { ...person, ...(me && own), me, speaking: speaking.has(person.id) };
  });
  return [...all.filter((person) => person.me), ...all.filter((person) => !person.me)];
}

/** Of other rooms, whose cameras a look shows. `here`: the own room. */
export function lookedAt(board: Board | null, here: readonly Person[]): Person[] {
  const known = new Set(here.map(({ id }) => id));
  const others = (board?.people ?? []).map(({ person }) => person);
  return others
    .filter(({ id, sources }) => sources.includes("camera") && !known.has(id))
    .map((person) => ({ ...person, me: false, speaking: false }));
}

/** Where one's voice goes: a seat is in one room, and a broadcast is its own place. */
export function voiceOf(room: RoomView | null, people: readonly Person[], me: string | null): Voice | null {
  if (!room) return null;
  const others = people.filter((person) => !person.me).map(({ name }) => name);
  if (room.broadcast && room.broadcast.by === me) return { where: "everyone", number: null, with: "" };
  return { where: room.kind, number: room.number, with: room.kind === "private" ? others.join(", ") : "" };
}

type Seen = Pick<Picture, "stream" | "state" | "stoppedAt">;

export interface PictureFacts {
  readonly seen: ReadonlyMap<PictureKey, Seen>;
  readonly own: ReadonlyMap<PictureSource, MediaStream>;
  /** Wanted by the screens, but more than this device can decode or this person wants. */
  readonly heldBack: ReadonlySet<PictureKey>;
  /** The server waits for room on this line. */
  readonly squeezed: ReadonlySet<PictureKey>;
}

const OFF: Seen = { stream: null, state: "off", stoppedAt: null };
const SQUEEZED: Seen = { stream: null, state: "squeezed", stoppedAt: null };
const WAITING: Seen = { stream: null, state: "waiting", stoppedAt: null };

export function picturesOf(people: readonly Person[], facts: PictureFacts): ReadonlyMap<PictureKey, Picture> {
  const pictures = new Map<PictureKey, Picture>();
  for (const person of people) {
    for (const source of ["camera", "screen"] as const) {
      if (source === "screen" && !person.sources.includes(source)) continue;
      const key = pictureKey(person.id, source);
      pictures.set(key, { participant: person.id, source, ...seenOf(person, source, key, facts) });
    }
  }
  return pictures;
}

function seenOf(person: Person, source: PictureSource, key: PictureKey, facts: PictureFacts): Seen {
  if (person.me) {
    const stream = facts.own.get(source);
    return stream ? { stream, state: "live", stoppedAt: null } : OFF;
  }
  if (!person.sources.includes(source) || facts.heldBack.has(key)) return OFF;
  if (facts.squeezed.has(key)) return SQUEEZED;
  return facts.seen.get(key) ?? WAITING;
}

const PARTS: readonly ViewPart[] = ["stage", "look"];

/** What all parts of the page want, the stage first; null before any of them has said. */
export function joined(parts: ReadonlyMap<ViewPart, readonly WantedPicture[]>): readonly WantedPicture[] | null {
  return parts.size === 0 ? null : PARTS.flatMap((part) => parts.get(part) ?? []);
}

/** How much of what the screens want is asked for. */
export interface Asking {
  readonly me: string | null;
  readonly needed: string | null;
  /** The most pictures. */
  readonly limit: number;
  /** Of their sizes, 0..1. */
  readonly scale: number;
  /** The most lines of each. */
  readonly lines: number;
}

/** The server's `view`: without my own pictures, the needed one first. */
export const tilesOf = (wanted: readonly WantedPicture[], asking: Asking): Tile[] =>
  othersOf(wanted, asking)
    .slice(0, Math.min(asking.limit, MOST_TILES))
    .map((one) => {
      const scale = Math.min(asking.scale, asking.lines / Math.max(1, one.height));
      return {
        participant: one.participant,
        source: one.source,
        width: pixels(one.width * scale),
        height: pixels(one.height * scale),
        front: one.front ?? false,
        needed: isNeeded(one, asking),
      };
    });

const MOST_TILES = 64;
const pixels = (size: number): number => Math.max(0, Math.min(8192, Math.round(size)));
const isNeeded = ({ participant, source }: WantedPicture, { needed }: Asking): boolean => participant === needed && source === "camera";

function othersOf(wanted: readonly WantedPicture[], asking: Asking): WantedPicture[] {
  const others = wanted.filter((one) => one.participant !== asking.me);
  return [...others.filter((one) => isNeeded(one, asking)), ...others.filter((one) => !isNeeded(one, asking))];
}

export const heldBack = (wanted: readonly WantedPicture[], asking: Asking): ReadonlySet<PictureKey> =>
  new Set(othersOf(wanted, asking).slice(asking.limit).map((one) => pictureKey(one.participant, one.source)));

/** Slots that were squeezed and still carry the same: of what changed, the server says it anew. */
export const stillSqueezed = (squeezed: readonly Slot[], slots: readonly Slot[]): Slot[] =>
  squeezed.filter((one) => slots.some(({ mid, participant, source }) => mid === one.mid && participant === one.participant && source === one.source));

/** The pictures among these slots, and those whose sound is. */
export function waiting(squeezed: readonly Slot[]): { pictures: ReadonlySet<PictureKey>; sounds: ReadonlySet<PictureKey> } {
  const of = (sources: Partial<Record<SourceName, PictureSource>>): ReadonlySet<PictureKey> =>
    new Set(squeezed.flatMap(({ participant, source }) => (sources[source] ? [pictureKey(participant, sources[source])] : [])));
  return { pictures: of({ camera: "camera", screen: "screen" }), sounds: of({ microphone: "camera", screen_sound: "screen" }) };
}
