/** Small teams for tests. */

import type { CallSeen, Elsewhere, Knock, Team } from "../../session/model";

export function team(what: Partial<Team> = {}): Team {
  return { waiting: [], calls: [], elsewhere: [], locked: false, absence: "present", stays: [], desk: [], checks: [], kept_off: {}, ...what };
}

export function knock(id: string, what: Partial<Knock> = {}): Knock {
  return { id, name: id, role: "participant", function: null, kind: "expected", since: 0, present: true, of: null, sent_back: false, ...what };
}

export function call(id: string, what: Partial<CallSeen> = {}): CallSeen {
  return { id, kind: "private", about: id, name: id, note: "", since: 0, state: "open", coming: null, room: "main", waiting: false, ...what };
}

export function elsewhere(id: string, room: string): Elsewhere {
  return { id, name: id, role: "participant", room, present: true };
}
