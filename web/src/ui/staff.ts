/** How people of a room are called in sentences. Pure. */

import type { Person, RoomView } from "../session/model";

/** The name of somebody here, or `somebody`. */
export function nameOf(people: readonly Person[], id: string | null, somebody: string): string {
  return people.find((person) => person.id === id)?.name ?? somebody;
}

/** The facilitator to be named: one who is there before one whose line dropped; "" when none is known. */
export function facilitator(people: readonly Person[], room: Pick<RoomView, "staff_names"> | null): string {
  const team = people.filter((person) => person.role === "facilitator" && !person.me);
  return room?.staff_names[0] ?? team.find((person) => person.present)?.name ?? team[0]?.name ?? "";
}

/** The facilitators are all elsewhere for now: talking privately with somebody, not lost. */
export function facilitatorElsewhere(people: readonly Person[], room: RoomView | null): boolean {
  if (room?.kind !== "main" || room.staff !== "here") return false;
  return !people.some((person) => person.role === "facilitator" && person.present);
}
