/** A plan while it is put together by hand: who is in which room. Pure; people by id, rooms by their place in the plan. */

import type { Placed } from "../../../session/model";

export type Plan = readonly (readonly string[])[];

/** Place of a room in the plan; null: stays in the main room. */
export type Column = number | null;

/** `who` in that room and in no other. A place beyond the last is a new room. Rooms that run empty keep their place. */
export function moved(plan: Plan, who: string, to: Column): string[][] {
  const rooms = plan.map((room) => room.filter((id) => id !== who));
  if (to === null) return rooms;
  if (to >= rooms.length) return [...rooms, [who]];
  return rooms.map((room, index) => (index === to ? [...room, who] : room));
}

export function columnOf(plan: Plan, who: string): Column {
  const found = plan.findIndex((room) => room.includes(who));
  return found < 0 ? null : found;
}

/** Whom a facilitator may put into a room by hand. Facilitators drop in, and interpreters follow whom they are here for. */
export function placeable(people: readonly Placed[]): Placed[] {
  return people.filter(({ person }) => person.role !== "facilitator" && person.function !== "interpreter" && person.present);
}

/** The plan without those who are gone: the server takes no other. */
export function current(plan: Plan, people: readonly Placed[]): string[][] {
  const here = new Set(placeable(people).map(({ person }) => person.id));
  return plan.map((room) => room.filter((id) => here.has(id)));
}

/** Who stays in the main room; those who could be somebody's partner first. */
export function unplaced(plan: Plan, people: readonly Placed[]): Placed[] {
  const rest = placeable(people).filter(({ person }) => columnOf(plan, person.id) === null);
  return [...rest.filter(({ partner }) => partner), ...rest.filter(({ partner }) => !partner)];
}

/** Rooms that would be opened. */
export const filled = (plan: Plan): number => plan.filter((room) => room.length > 1).length;

export type Bond = readonly [string, string];

/** Pairs of this room who are to be kept apart. */
export function breaks(room: readonly string[], apart: readonly Bond[]): Bond[] {
  return apart.filter(([one, other]) => room.includes(one) && room.includes(other));
}

export function isBound(bonds: readonly Bond[], one: string, other: string): boolean {
  return bonds.some((bond) => bond.includes(one) && bond.includes(other));
}

/**
 * Where an arrow key leads from a name. Up and down go through all names, left and right to the next room that has any.
 * Null: nowhere, or no key of ours.
 */
export function walk(columns: Plan, from: string, key: string): string | null {
  const all = columns.flat();
  const at = all.indexOf(from);
  if (at < 0) return null;
  switch (key) {
    case "ArrowDown":
      return all[at + 1] ?? null;
    case "ArrowUp":
      return all[at - 1] ?? null;
    case "Home":
      return all[0] ?? null;
    case "End":
      return all.at(-1) ?? null;
    case "ArrowRight":
      return beside(columns, from, 1);
    case "ArrowLeft":
      return beside(columns, from, -1);
    default:
      return null;
  }
}

function beside(columns: Plan, from: string, step: 1 | -1): string | null {
  const column = columns.findIndex((room) => room.includes(from));
  const row = columns[column]!.indexOf(from);
  for (let next = column + step; next >= 0 && next < columns.length; next += step) {
    const room = columns[next]!;
    if (room.length) return room[Math.min(row, room.length - 1)]!;
  }
  return null;
}
