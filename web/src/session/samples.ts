/** What a server says, for tests: whole messages, of which a test names only what it is about. */

import type { Board, Desk, Me, Person, RoomView, Silent, Snapshot, Team, Waiting } from "../protocol.gen";

export const person = (id: string, more: Partial<Person> = {}): Person => ({
  id,
  name: id.toUpperCase(),
  role: "participant",
  function: null,
  muted: false,
  sources: [],
  present: true,
  hand: null,
  resting: null,
  covered: false,
  calling: false,
  with: null,
  ...more,
});

export const me = (more: Partial<Me> = {}): Me => ({
  muted: false,
  muted_by: null,
  may: ["microphone", "camera"],
  stopped: [],
  asked_by: null,
  seen_by: null,
  covered_by: null,
  resting: null,
  check_by: null,
  stays: false,
  come: null,
  private: null,
  standby: false,
  ...more,
});

export const roomView = (more: Partial<RoomView> = {}): RoomView => ({
  id: "main",
  kind: "main",
  spotlight: null,
  locked: [],
  paused_by: null,
  staff: "here",
  staff_names: ["Ana"],
  break_until: null,
  closes_at: null,
  notice: null,
  chat: "room",
  announced: [],
  number: null,
  groups: null,
  round: null,
  until: null,
  coming: [],
  watched: [],
  broadcast: null,
  alone: null,
  ...more,
});

export const team = (more: Partial<Team> = {}): Team => ({
  waiting: [],
  calls: [],
  elsewhere: [],
  locked: false,
  absence: "present",
  stays: [],
  desk: [],
  checks: [],
  kept_off: {},
  ...more,
});

export const board = (more: Partial<Board> = {}): Board => ({
  state: "open",
  groups: "pairs",
  until: null,
  late: "ask",
  rooms: [],
  plan: [],
  people: [],
  apart: [],
  together: [],
  again: false,
  suggested: {},
  ...more,
});

const base = { id: 1, session: "s", you: "me", secret: null, now: 1000, numbers: { practice: "555-0100", crisis: "988" } };

export const snapshot = (more: Partial<Snapshot> = {}): Snapshot => ({
  type: "snapshot",
  ...base,
  peer: null,
  me: me(),
  people: [person("me")],
  room: roomView(),
  team: null,
  board: null,
  pairs: 4,
  lines: [],
  slots: [],
  speakers: [],
  ice: [],
  ...more,
});

export const waitingView = (more: Partial<Waiting> = {}): Waiting => ({
  type: "waiting",
  ...base,
  me: me({ may: [] }),
  staff: "here",
  staff_names: ["Ana"],
  note: "",
  sent_back: false,
  knock_at: 1000,
  take_over: false,
  over: false,
  late: false,
  ...more,
});

export const deskView = (more: Partial<Desk> = {}): Desk => ({ type: "desk", ...base, people: [], waiting: 0, ...more });

export const silentView = (more: Partial<Silent> = {}): Silent => ({
  type: "silent",
  ...base,
  me: me(),
  room: roomView(),
  team: team(),
  board: null,
  people: [],
  lines: [],
  laptop: true,
  ...more,
});
