/** What the screens are given, derived from what the server told and what this page holds. Pure. */

import type { Board, Person as ToldPerson, RoomView, Tile } from "../protocol.gen";
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
  /** Wanted by the screens, but more than this device can decode. */
  readonly heldBack: ReadonlySet<PictureKey>;
}

const OFF: Seen = { stream: null, state: "off", stoppedAt: null };
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
  return facts.seen.get(key) ?? WAITING;
}

const PARTS: readonly ViewPart[] = ["stage", "look"];

/** What all parts of the page want, the stage first; null before any of them has said. */
export function joined(parts: ReadonlyMap<ViewPart, readonly WantedPicture[]>): readonly WantedPicture[] | null {
  return parts.size === 0 ? null : PARTS.flatMap((part) => parts.get(part) ?? []);
}

/** The server's `view`: without my own pictures, no more than `limit`, and smaller once there is a limit. */
export function tilesOf(wanted: readonly WantedPicture[], me: string | null, limit: number): Tile[] {
  const scale = limit === Infinity ? 1 : 0.5;
  return wanted
    .filter((one) => one.participant !== me)
    .slice(0, Math.min(limit, MOST_TILES))
    .map(({ participant, source, width, height }) => ({
      participant,
      source,
      width: pixels(width * scale),
      height: pixels(height * scale),
    }));
}

const MOST_TILES = 64;
const pixels = (size: number): number => Math.max(0, Math.min(8192, Math.round(size)));

export function heldBack(wanted: readonly WantedPicture[], me: string | null, limit: number): ReadonlySet<PictureKey> {
  if (limit === Infinity) return new Set();
  const others = wanted.filter((one) => one.participant !== me).slice(limit);
  return new Set(others.map((one) => pictureKey(one.participant, one.source)));
}
