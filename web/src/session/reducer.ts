/** What the server told this page, as one value: the last snapshot and the changes since. Pure. */

import { isView, type View } from "../connection/wire";
import type { Change, Person, Pulse, ServerMessage, Silent, Snapshot } from "../protocol.gen";

export interface Told {
  readonly view: View;
  /** Number of the last `changes` applied; each view counts from 1. */
  readonly n: number;
  /** The last one since the snapshot. */
  readonly pulse?: Pulse;
}

/** Something in between never arrived: only a new snapshot helps. */
export const missed = (told: Told | null, message: ServerMessage): boolean =>
  message.type === "changes" && told !== null && message.n !== told.n + 1;

export function reduce(told: Told | null, message: ServerMessage): Told | null {
  if (isView(message)) return { view: message, n: 0 };
  if (told === null) return null;
  switch (message.type) {
    case "changes": {
      const now = { view: message.changes.reduce(apply, told.view), n: message.n };
      // Without a board there is nothing that beats.
      return "board" in now.view && now.view.board ? { ...told, ...now } : now;
    }
    case "said":
      return "lines" in told.view ? { ...told, view: { ...told.view, lines: [...told.view.lines, message.line] } } : told;
    case "slots":
      return inRoom(told, { slots: message.slots });
    case "pulse":
      return { ...told, pulse: message };
    case "speakers":
      return inRoom(told, { speakers: message.participants });
    default:
      return told;
  }
}

const inRoom = (told: Told, what: Partial<Snapshot>): Told =>
  told.view.type === "snapshot" ? { ...told, view: { ...told.view, ...what } } : told;

/** A change that this view has no place for is passed over: a newer server may tell more. */
function apply(view: View, change: Change): View {
  switch (change.type) {
    case "person":
      return hasPeople(view) ? { ...view, people: put(view.people, change.person) } : view;
    case "person_gone":
      return hasPeople(view) ? without(view, change.participant) : view;
    case "me":
      return "me" in view ? { ...view, me: change.me } : view;
    case "room":
      return "room" in view ? { ...view, room: change.room } : view;
    case "board":
      return "board" in view ? { ...view, board: change.board } : view;
    case "team":
      return "team" in view ? { ...view, team: change.team } : view;
    case "waiting_is":
      return view.type === "waiting" ? { ...view, ...fields(change) } : view;
    case "desk_is":
      return view.type === "desk" ? { ...view, ...fields(change) } : view;
    case "figures_is":
      return view.type === "figures" ? { ...view, ...fields(change) } : view;
    case "laptop":
      return view.type === "silent" ? { ...view, laptop: change.here } : view;
    default:
      return view;
  }
}

function fields<C extends Change>(change: C): Omit<C, "type"> {
  const { type: _, ...rest } = change;
  return rest;
}

const hasPeople = (view: View): view is Snapshot | Silent => view.type === "snapshot" || view.type === "silent";

function put(people: readonly Person[], person: Person): Person[] {
  if (!people.some((one) => one.id === person.id)) return [...people, person];
  return people.map((one) => (one.id === person.id ? person : one));
}

function without(view: Snapshot | Silent, id: string): View {
  const people = view.people.filter((one) => one.id !== id);
  if (view.type === "silent") return { ...view, people };
  return { ...view, people, speakers: view.speakers.filter((one) => one !== id) };
}
