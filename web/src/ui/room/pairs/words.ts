/** Rooms of the group in words: their names, who is in them, how long still. Pure. */

import { t } from "../../../i18n";
import type { LeftAlone, Person, RoomView, Voice, Waiting } from "../../../session/model";
import { clock } from "../../words";

// With more names a heading takes half a phone.
const MOST_NAMED = 4;

/** All of them: "Sam", "Sam and Leo", "Sam, Leo and Mia". */
export function allNames(names: readonly string[]): string {
  if (names.length <= 1) return names[0] ?? "";
  return t("pairs.more", { names: names.slice(0, -1).join(", "), last: names.at(-1)! });
}

export const othersOf = (people: readonly Person[]): string[] => people.filter((person) => !person.me).map(({ name }) => name);

/** "Pair 2", or "Room 2" where some are more than three. */
export const placeName = ({ groups, number }: Pick<RoomView, "groups" | "number">): string =>
  t(`pairs.place.${groups ?? "pairs"}`, { number: number ?? "" });

/** "You, Sam and Leo"; to facilitators "Pair 2: Sam and Leo", and while rooms are `open` "Main room". */
export function roomTitle(room: RoomView | null, people: readonly Person[], team = false, open = false): string {
  const others = othersOf(people);
  if (!room || room.kind === "main") return t(open ? "pairs.place.main" : "room.title");
  if (room.kind === "private" && others.length === 0) return t("room.title");
  if (room.kind === "pair" && team) return others.length ? t("pairs.titleOf", { place: placeName(room), names: allNames(others) }) : placeName(room);
  if (room.kind === "pair" && others.length === 0) return t(`pairs.own.${room.groups ?? "pairs"}`);
  if (others.length > MOST_NAMED) return placeName(room);
  return others.length === 1 ? t("private.title", { name: others[0]! }) : t("private.titleMore", { names: others.slice(0, -1).join(", "), last: others.at(-1)! });
}

/** Whether the heading leaves open how many are here. */
export const isCounted = (room: RoomView | null, people: readonly Person[]): boolean =>
  room?.kind !== "private" && (room?.kind !== "pair" || people.length > MOST_NAMED + 1);

export interface Moved {
  readonly room: RoomView;
  readonly was: RoomView["kind"] | "waiting";
  readonly people: readonly Person[];
  readonly muted: boolean;
  /** A tap would unmute: not while a facilitator, a pause or a lock keeps the microphone off. */
  readonly tap: boolean;
  readonly team: boolean;
}

/** Where one is now, for who moved, or was moved, into a room. */
export function movedWords({ room, was, people, muted, tap, team }: Moved): string {
  if (room.kind === "private") return t("private.lead");
  if (room.kind === "main" && was === "private") return t(team ? "private.returnedTeam" : "private.returned");
  const where = inWords(room, people, team);
  if (!muted || (room.kind === "main" && !team)) return where;
  return `${where} ${t(tap ? "pairs.muted" : "pairs.mutedQuiet")}`;
}

function inWords(room: RoomView, people: readonly Person[], team: boolean): string {
  if (room.kind === "main") return t(team ? "pairs.teamBack" : "pairs.back");
  if (team) return t("pairs.teamIn", { place: placeName(room) });
  return withWords(people);
}

export function withWords(people: readonly Person[]): string {
  const others = othersOf(people);
  return others.length ? t("pairs.with", { names: allNames(others) }) : t("pairs.alone");
}

/** `left`: seconds. As long as about a minute is left it is called one. */
export function recallWords(left: number): string {
  const seconds = Math.ceil(left);
  if (seconds <= 0) return t("pairs.going");
  if (seconds > 90) return t("pairs.minutesLeft", { count: Math.round(seconds / 60) });
  return seconds > 50 ? t("pairs.minuteLeft") : t("pairs.secondsLeft", { count: seconds });
}

export const leftWords = (left: number): string => t("pairs.left", { time: clock(Math.ceil(left) * 1000) });

/** Why one is alone. Whose seat is still here has lost their line; whoever is gone stepped out, for whatever cause. */
export function aloneWords(alone: LeftAlone, people: readonly Person[]): string {
  const dropped = people.some((person) => !person.me && !person.present && alone.names.includes(person.name));
  return t(dropped ? "pairs.dropped" : "pairs.steppedOut", { name: partnerName(alone) });
}

export const partnerName = ({ names }: LeftAlone): string => allNames(names) || t("pairs.partner");

/** Beside a facilitator's microphone: the one place where they are heard. */
export function voiceWords(voice: Voice, groups: RoomView["groups"], muted: boolean): string {
  if (voice.where === "private" && voice.with === "") return t(muted ? "pairs.voiceMuted" : "pairs.voice", { place: t("pairs.place.nobody") });
  const place = voice.where === "pair" ? placeName({ groups, number: voice.number }) : t(`pairs.place.${voice.where}`, { names: voice.with });
  return t(muted ? "pairs.voiceMuted" : "pairs.voice", { place });
}

/** Let in while the group is in pairs: nobody is left alone in the main room. */
export function lateTitle({ staff, staff_names }: Waiting): string {
  const name = staff === "none" ? undefined : staff_names[0];
  return name ? t("pairs.late", { name }) : t("pairs.lateNobody");
}
