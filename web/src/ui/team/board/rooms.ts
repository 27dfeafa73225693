/** What is where on the board. Pure. */

import { t } from "../../../i18n";
import type { Board, BoardRoom, CallSeen, Person, Placed, Pulse, Team } from "../../../session/model";

// signaling/core/ids.py
export const MAIN = "main";
export const LATE = "late";
const PAIR = /^pair\.(\d+)$/;

export type Move = [participant: string, room: string];

/** Rooms keep their place, whatever happens in them: who looks for Pair 4 finds it where it was. */
export const roomsInOrder = (board: Board): BoardRoom[] => [...board.rooms].sort((one, other) => one.number - other.number);

export const peopleIn = (board: Board, room: string): Placed[] => board.people.filter((placed) => placed.room === room);

/** Let in while the rooms are open, and not placed yet. */
export const latecomers = (board: Board): Placed[] => peopleIn(board, LATE);

/** In a private talk. */
export const apartFromAll = (board: Board): Placed[] => board.people.filter(({ room }) => room !== MAIN && room !== LATE && !PAIR.test(room));

/** The room that a move there would open. */
export const newRoom = (board: Board): string => `pair.${Math.max(0, ...board.rooms.map(({ number }) => number)) + 1}`;

/** "Pair 2", "Room 2", "Main room"; a private room has no name. */
export function roomName(groups: Board["groups"], room: string): string {
  const number = PAIR.exec(room)?.[1];
  if (number === undefined) return t("board.main");
  return t(groups === "pairs" ? "board.pair" : "board.room", { number: Number(number) });
}

export const isPair = (room: string): boolean => PAIR.test(room);

/** As lists and menus know people. */
export function personOf({ person }: Placed, pulse: Pulse, me: string | null): Person {
  return { ...person, me: person.id === me, speaking: pulse.speaking.has(person.id) };
}

export interface Lonely {
  readonly who: string;
  readonly room: string;
  /** Where the one they were with would go; null: `who` would go into an empty room. */
  readonly after: string | null;
}

/** Who would be alone in a pair after these moves, and was not before. */
export function leftAlone(board: Board, moves: readonly Move[]): Lonely[] {
  const target = new Map(moves);
  const connected = board.people.filter(({ person }) => person.present);
  const left: Lonely[] = [];
  for (const room of new Set([...board.rooms.map(({ id }) => id), ...target.values()])) {
    if (!isPair(room)) continue;
    const [only, ...others] = connected.filter((placed) => (target.get(placed.person.id) ?? placed.room) === room);
    if (!only?.partner || others.length) continue;
    if (only.room === room && connected.filter((placed) => placed.room === room).length < 2) continue;
    const partner = moves.find(([id]) => board.people.some((placed) => placed.person.id === id && placed.room === room));
    left.push({ who: only.person.id, room, after: only.room === room ? (partner?.[1] ?? null) : null });
  }
  return left;
}

/** Calls from this room, as they are read on its card: what is kept private first, then the oldest. */
export function callsFrom(team: Team | null, room: string): CallSeen[] {
  const rank = (call: CallSeen) => Number(call.kind === "come");
  return (team?.calls ?? []).filter((call) => call.room === room && call.kind !== "partner_dropped").sort((one, other) => rank(one) - rank(other) || one.since - other.since);
}
