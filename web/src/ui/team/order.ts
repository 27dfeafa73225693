/** In which order facilitators read what waits for them. Pure. */

import type { CallSeen, Elsewhere, Knock, SourceName, Team } from "../../session/model";

export interface Door {
  /** On the list and not here before: one tap lets all of those in who are still there. */
  readonly expected: readonly Knock[];
  /** Strangers, other devices, people who were removed or are back: each looked at by itself. */
  readonly others: readonly Knock[];
  /** How many "let in everyone expected" would let in. */
  readonly ready: number;
}

/** First come, first shown. */
export function atTheDoor(waiting: readonly Knock[]): Door {
  const inOrder = [...waiting].sort((one, other) => one.since - other.since);
  const expected = inOrder.filter((knock) => knock.kind === "expected" && !knock.sent_back);
  const others = inOrder.filter((knock) => !expected.includes(knock));
  return { expected, others, ready: expected.filter((knock) => knock.present).length };
}

const PRESSING = ["private", "no_answer", "dropped", "partner_dropped", "come"] as const;

export interface Calls {
  /** Nobody has said "I'm coming" yet: over everything. Ringing first, then what is kept private, then the oldest. */
  readonly open: readonly CallSeen[];
  readonly coming: readonly CallSeen[];
}

export function callsInOrder(calls: readonly CallSeen[]): Calls {
  const rank = (call: CallSeen) => (call.state === "ringing" ? 0 : PRESSING.length) + PRESSING.indexOf(call.kind);
  const open = calls.filter((call) => call.state !== "coming").sort((a, b) => rank(a) - rank(b) || a.since - b.since);
  const coming = calls.filter((call) => call.state === "coming").sort((a, b) => a.since - b.since);
  return { open, coming };
}

export interface OtherRoom {
  readonly room: string;
  /** The room of the whole group, for a facilitator who talks privately. Else a private talk. */
  readonly main: boolean;
  readonly people: readonly Elsewhere[];
}

const MAIN = "main"; // signaling/core/ids.py

/** People of other rooms than one's own, the group's first. */
export function otherRooms(elsewhere: readonly Elsewhere[]): OtherRoom[] {
  const rooms = new Map<string, Elsewhere[]>();
  for (const one of elsewhere) rooms.set(one.room, [...(rooms.get(one.room) ?? []), one]);
  const found = [...rooms].map(([room, people]) => ({ room, main: room === MAIN, people }));
  return found.sort((one, other) => Number(other.main) - Number(one.main));
}

/** Whom a facilitator asked "Are you OK?" and who answered yes between these two moments. */
export function answeredOk(before: Team, after: Team): string[] {
  const called = new Set(after.calls.filter((call) => call.kind !== "come").map((call) => call.about));
  return before.checks.filter((id) => !after.checks.includes(id) && !called.has(id));
}

export function mayUse(team: Team, participant: string, source: SourceName): boolean {
  return !team.kept_off[participant]?.includes(source);
}
