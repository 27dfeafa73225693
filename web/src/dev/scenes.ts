/** What the server would have told, by name: /src/dev/index.html?scene=covered. Times are seconds since 1970. */

import type { Board, CallSeen, DeskPerson, DeviceNews, Figure, Knock, LinkOpen, Me, MicrophoneHint, MicrophoneState, Numbers, Person, Phase, Place, Pulse, RoomView, Said, Team, Thrift, Waiting } from "../session/model";
import { BOARD_SCENES } from "./boardScenes";
import { PAIR_SCENES } from "./pairScenes";

/** Everything but people's pictures. What a scene leaves out is as in a quiet room. */
export interface Told {
  readonly place?: Place;
  readonly phase?: Phase;
  readonly mine?: Partial<Me>;
  readonly room?: Partial<RoomView>;
  readonly team?: Partial<Team> | null;
  /** Facilitators, while there is a plan or rooms are open. */
  readonly board?: Partial<Board>;
  readonly pulse?: Partial<Pulse>;
  readonly lines?: readonly Said[];
  readonly waiting?: Partial<Waiting>;
  readonly desk?: readonly DeskPerson[];
  readonly link?: Partial<LinkOpen>;
  /** On a standby phone: whether the laptop is connected. */
  readonly laptop?: boolean;
  readonly figures?: readonly Figure[];
  /** By id; p0 is oneself, p1 Ana (in the scenes of her page: p0). */
  readonly people?: Readonly<Record<string, Partial<Person>>>;
  /** How many are in the room; the address may say another number. */
  readonly count?: number;
  /** Only these. */
  readonly only?: readonly string[];
  readonly facilitator?: boolean;
  /** Ids whose picture, or whose sound, this line has no room for. */
  readonly squeezed?: readonly string[];
  readonly soundSqueezed?: readonly string[];
  /** Seconds for which they have waited. */
  readonly squeezedFor?: number;
  readonly ownPaused?: boolean;
  readonly needed?: string;
  readonly thrift?: Thrift;
  readonly hint?: MicrophoneHint;
  readonly news?: DeviceNews;
  readonly microphone?: MicrophoneState;
}

export const NUMBERS: Numbers = { practice: "555-0100", crisis: "988" };

export const QUIET_ME: Me = {
  muted: false,
  muted_by: null,
  may: ["camera", "microphone"],
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
};

export const QUIET_ROOM: RoomView = {
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
};

export const QUIET_BOARD: Board = {
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
};

export const QUIET_PULSE: Pulse = { speaking: new Set(), weak: new Set(), poor: new Set() };

export const OPEN_LINK: LinkOpen = {
  open: true,
  why: "open",
  next: null,
  session: "s",
  roles: ["participant"],
  function: null,
  name: null,
  fixed: false,
  steps: ["name", "devices"],
  agreement: null,
  numbers: NUMBERS,
};

export const QUIET_TEAM: Team = {
  waiting: [],
  calls: [],
  elsewhere: [],
  locked: false,
  absence: "present",
  stays: [],
  desk: [],
  checks: [],
  kept_off: {},
};

const knock = (id: string, name: string, what: Partial<Knock>, now: number): Knock => ({
  id,
  name,
  role: "participant",
  function: null,
  kind: "expected",
  since: now - 40,
  present: true,
  of: null,
  sent_back: false,
  ...what,
});

const call = (kind: CallSeen["kind"], about: string, name: string, what: Partial<CallSeen>, now: number): CallSeen => ({
  id: `${kind}.${about}`,
  kind,
  about,
  name,
  note: "",
  since: now - 12,
  state: "open",
  coming: null,
  room: "main",
  waiting: false,
  ...what,
});

const said = (who: string, name: string, text: string, at: number, to: Said["to"] = "room"): Said => ({ who, name, to, whom: null, text, at });

const talk = (now: number): Said[] => [
  said("p1", "Ana", "Welcome, everyone. Slides come by mail after the group.", now - 900),
  said("p2", "Sam", "Thank you. Is the breathing exercise on page 4?", now - 300),
  said("p1", "Ana", "Yes, page 4.", now - 280),
];

const busy = (now: number): Team => ({
  ...QUIET_TEAM,
  waiting: [
    knock("k1", "Ruth", { since: now - 75 }, now),
    knock("k2", "Theo", { since: now - 30 }, now),
    knock("k3", "Jordan", { kind: "other_device", of: "p3", since: now - 22 }, now),
    knock("k4", "Walt", { kind: "again", since: now - 15 }, now),
    knock("k5", "Kim", { role: "guest", function: "interpreter", kind: "stranger", since: now - 8 }, now),
    knock("k6", "Lou", { kind: "removed", since: now - 5, present: false }, now),
  ],
  calls: [
    call("private", "p2", "Priya", { state: "ringing", since: now - 41, note: "I need a moment with you" }, now),
    call("come", "p4", "Lee", { since: now - 9 }, now),
    call("no_answer", "p5", "Mateo", { since: now - 4 }, now),
  ],
  elsewhere: [
    { id: "e1", name: "Noor", role: "participant", room: "private.e1", present: true },
    { id: "e2", name: "Ben", role: "facilitator", room: "private.e1", present: true },
  ],
  stays: ["p3"],
  desk: ["Pat, coordinator"],
  checks: ["p6"],
});

const deskPerson = (id: string, name: string, state: DeskPerson["state"], what: Partial<DeskPerson> = {}): DeskPerson => ({
  id,
  name,
  role: "participant",
  function: null,
  state,
  ...what,
});

const figure = (code: string, what: Partial<Figure> = {}): Figure => ({
  code,
  here: true,
  up_kbps: 640,
  down_kbps: 2400,
  up_loss: 0.002,
  down_loss: 0.004,
  jitter_ms: 6,
  ...what,
});

const asFacilitator = { facilitator: true, mine: { may: ["camera", "microphone", "screen", "screen_sound"] } } as const satisfies Told;

export const SCENES = {
  room: (now) => ({ lines: talk(now) }),
  hands: () => ({ people: { p2: { hand: 1 }, p0: { hand: 2 }, p5: { hand: 3 } } }),
  muted: () => ({ mine: { muted: true, muted_by: "p1" }, people: { p0: { muted: true } } }),
  locked: () => ({ mine: { muted: true, muted_by: "p1", may: ["camera"] }, people: { p0: { muted: true } } }),
  talking: () => ({ mine: { muted: true }, people: { p0: { muted: true } }, hint: "talking" }),
  unheard: () => ({ hint: "silent" }),
  called: () => ({ microphone: "interrupted" }),
  unplugged: () => ({ microphone: "none", people: { p0: { muted: true } }, news: { source: "microphone", became: "stopped", label: "" } }),
  asked: () => ({ mine: { muted: true, asked_by: "p1" }, people: { p0: { muted: true } } }),
  chat: (now) => ({ lines: [...talk(now), said("p0", "Jamie", "I'm a bit tired today.", now - 60, "facilitators")] }),
  covered: () => ({ mine: { covered_by: "p1", seen_by: ["p1"] }, people: { p0: { covered: true } } }),
  paused: () => ({ room: { paused_by: "p1" } }),
  break: (now) => ({ mine: { resting: "break" }, room: { break_until: now + 540 }, people: { p0: { resting: "break" }, p2: { resting: "break" } } }),
  breakOver: (now) => ({ mine: { resting: "break" }, room: { break_until: now - 20 }, people: { p0: { resting: "break" }, p2: { resting: "break" } } }),
  away: () => ({ mine: { resting: "away" }, people: { p0: { resting: "away" } } }),
  private: () => ({ room: { id: "private.p0", kind: "private" }, only: ["p0", "p1"] }),
  // The facilitator talks privately with somebody else.
  without: () => ({ only: ["p0", "p2", "p3", "p4"] }),
  help: () => ({ mine: { private: { state: "ringing", coming: null } } }),
  coming: () => ({ mine: { private: { state: "coming", coming: "Ana" } } }),
  nobody: () => ({ mine: { private: { state: "open", coming: null } }, room: { staff: "none", notice: "locked" }, people: { p1: { present: false } } }),
  told: () => ({ room: { staff: "reconnecting", notice: "told" }, people: { p1: { present: false } } }),
  check: () => ({ mine: { check_by: "p1" } }),
  guests: () => ({
    room: { announced: ["interpreter", "supervisor"] },
    people: { p3: { name: "Kim", role: "guest", function: "interpreter", with: "p4" }, p6: { name: "Dana", role: "guest", function: "supervisor", muted: true, sources: [] } },
  }),
  mixed: () => ({ people: { p2: { resting: "away", sources: [] }, p3: { hand: 1 }, p4: { calling: true }, p5: { resting: "break", sources: [] }, p6: { covered: true, sources: [] } } }),
  needed: () => ({ needed: "p3", people: { p3: { name: "Kim", role: "guest", function: "interpreter" } } }),
  squeezed: () => ({ needed: "p1", squeezed: ["p3", "p4", "p5"], soundSqueezed: ["p5"] }),
  weakLine: () => ({ squeezed: ["p2", "p3", "p4", "p5"], squeezedFor: 30 }),
  ownPaused: () => ({ ownPaused: true }),
  lowData: () => ({ thrift: "low" }),
  soundOnly: () => ({ thrift: "sound" }),
  closing: (now) => ({ room: { closes_at: now + 290 } }),
  staying: (now) => ({ room: { closes_at: now + 95 }, mine: { stays: true } }),
  ended: () => ({ place: "outside", phase: "ended" }),
  waiting: () => ({ place: "waiting" }),
  sentBack: () => ({ place: "waiting", waiting: { sent_back: true, note: "Take a few minutes. I'll come to you." } }),
  waitingHelp: () => ({ place: "waiting", mine: { private: { state: "open", coming: null } } }),
  waitingNobody: () => ({ place: "waiting", mine: { private: { state: "open", coming: null } }, waiting: { staff: "none" } }),
  early: (now) => ({ place: "outside", phase: "idle", link: { open: false, why: "too_early", next: now + 1500 } }),
  wrongDay: (now) => ({ place: "outside", phase: "idle", link: { open: false, why: "wrong_day", next: now + 2 * 86400 } }),
  over: () => ({ place: "outside", phase: "idle", link: { open: false, why: "over", next: null } }),
  agreement: () => ({
    place: "outside",
    phase: "idle",
    link: { agreement: { version: "3", text: "What is said here stays here.\n\nNobody records.\n\nYou may step away at any time." } },
  }),
  team: (now) => ({
    ...asFacilitator,
    team: busy(now),
    lines: [...talk(now), said("p3", "Jordan", "May I leave ten minutes early?", now - 40, "facilitators")],
    people: { p3: { hand: 1 }, p7: { hand: 2 }, p4: { calling: true }, p8: { covered: true } },
  }),
  teamDoor: (now) => ({
    ...asFacilitator,
    team: { ...busy(now), calls: [call("private", "p2", "Priya", { state: "coming", coming: "p0", note: "I need a moment with you" }, now)] },
  }),
  teamQuiet: () => ({ ...asFacilitator, team: QUIET_TEAM }),
  teamClosing: (now) => ({ ...asFacilitator, team: { stays: ["p3"] }, room: { closes_at: now + 290 } }),
  teamPaused: () => ({ ...asFacilitator, team: QUIET_TEAM, room: { paused_by: "p0" } }),
  silent: (now) => ({ ...asFacilitator, place: "silent", team: busy(now) }),
  silentAlone: (now) => ({ ...asFacilitator, place: "silent", team: busy(now), laptop: false, people: { p0: { present: false } } }),
  desk: () => ({
    place: "desk",
    desk: [
      deskPerson("d1", "Ana", "here", { role: "facilitator" }),
      deskPerson("d2", "Sam", "here"),
      deskPerson("d3", "Priya", "away"),
      deskPerson("d4", "Kim", "here", { role: "guest", function: "interpreter" }),
      deskPerson("d5", "Ruth", "waiting"),
      deskPerson("d6", "Lee", "gone"),
    ],
  }),
  figures: () => ({
    place: "figures",
    figures: [
      figure("BQ7K"),
      figure("E2MX", { up_kbps: 210, up_loss: 0.062, jitter_ms: 34 }),
      figure("HT4C", { here: false, up_kbps: 0, down_kbps: 0, up_loss: 0, down_loss: 0, jitter_ms: 0 }),
      figure("XW3A", { down_kbps: 900, down_loss: 0.021 }),
    ],
  }),
  ...PAIR_SCENES,
  ...BOARD_SCENES,
} satisfies Record<string, (now: number) => Told>;

export type SceneName = keyof typeof SCENES;

export function told(name: string | null, now: number): Told {
  return name !== null && Object.hasOwn(SCENES, name) ? SCENES[name as SceneName](now) : {};
}
