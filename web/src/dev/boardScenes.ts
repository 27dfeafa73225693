/** Scenes of the board and its planner. Ana leads: p0. */

import type { Board, BoardRoom, Person, Placed } from "../session/model";
import { nameOf, person } from "./people";
import type { Told } from "./scenes";

const lead = { facilitator: true, mine: { may: ["camera", "microphone", "screen", "screen_sound"] } } as const satisfies Told;

const room = (number: number, what: Partial<BoardRoom> = {}): BoardRoom => ({
  id: `pair.${number}`,
  number,
  alone: null,
  called: false,
  trio: null,
  watched_by: [],
  coming: [],
  ...what,
});

/** People of the group, p0, p9 and p14 in the main room, the others where `rooms` puts them. */
function placed(rooms: readonly (readonly number[])[], more: Readonly<Record<string, Partial<Person>>> = {}, late: readonly number[] = []): Placed[] {
  const where = new Map(rooms.flatMap((people, index) => people.map((i) => [i, `pair.${index + 1}`] as const)));
  return [0, ...Array.from({ length: 14 }, (_, i) => i + 1)].map((i) => {
    const { me: _, speaking: __, ...told } = { ...person(i, i === 0 ? "Ana" : nameOf(i)), ...more[`p${i}`] };
    const plain = i === 0 ? ({ role: "facilitator" } as const) : i === 14 ? ({ role: "facilitator", name: "Ben" } as const) : i === 9 ? ({ role: "guest", function: "supervisor", name: "Dana" } as const) : {};
    const at = late.includes(i) ? "late" : (where.get(i) ?? "main");
    return { person: { ...told, ...plain, sources: at === "main" ? ["microphone", "camera"] : [] }, room: at, partner: i > 0 && i !== 9 && i !== 14 };
  });
}

const PAIRS = [[1, 2], [3, 4], [5, 6], [7, 8], [10, 11], [12, 13]] as const;

const rooms = (more: Readonly<Record<number, Partial<BoardRoom>>> = {}): BoardRoom[] => PAIRS.map((_, index) => room(index + 1, more[index + 1]));

const MARKS = { p3: { hand: 1 }, p6: { muted: true }, p8: { present: false }, p11: { muted: true } } as const;

const open = (now: number, what: Partial<Board> = {}): Partial<Board> => ({ state: "open", until: now + 464, rooms: rooms(), people: placed(PAIRS, MARKS), ...what });

const PULSE = { speaking: new Set(["p1", "p4", "p10"]), weak: new Set(["p5"]), poor: new Set(["p13"]) };

const only = ["p0", "p9", "p14"] as const;
const main = { p9: { name: "Dana", role: "guest", function: "supervisor" }, p14: { name: "Ben", role: "facilitator" } } as const;

const opened = (now: number, what: Partial<Board> = {}): Told => ({ ...lead, only, people: main, count: 15, board: open(now, what), pulse: PULSE, room: { round: "open" } });

const plan = (rooms: readonly (readonly number[])[]): string[][] => rooms.map((people) => people.map((i) => `p${i}`));

const planned = (what: Partial<Board>): Told => ({
  ...lead,
  count: 15,
  people: main,
  board: { state: "planned", plan: plan(PAIRS), people: placed([]), again: true, ...what },
});

export const BOARD_SCENES = {
  board: (now) => opened(now),
  // Somebody is alone, somebody asks for help, somebody fell off, two should not be together.
  boardTrouble: (now) => ({
    ...opened(now, {
      rooms: rooms({ 2: { watched_by: ["p14"] }, 4: { alone: "p7", called: true, trio: "pair.5" } }),
      people: placed(PAIRS, { ...MARKS, p4: { calling: true } }),
      apart: [["p10", "p11"]],
    }),
    team: {
      calls: [
        { id: "c1", kind: "partner_dropped", about: "p7", name: nameOf(7), note: "", since: now - 61, state: "ringing", coming: null, room: "pair.4", waiting: false },
        { id: "c2", kind: "come", about: "p4", name: nameOf(4), note: "", since: now - 20, state: "open", coming: null, room: "pair.2", waiting: false },
        { id: "c3", kind: "private", about: "p12", name: nameOf(12), note: "", since: now - 35, state: "coming", coming: "p0", room: "pair.6", waiting: false },
      ],
    },
  }),
  boardLook: (now) => {
    const people = placed(PAIRS, MARKS).map((one) => (one.room === "pair.1" ? { ...one, person: { ...one.person, sources: ["microphone" as const, "camera" as const] } } : one));
    return opened(now, { rooms: rooms({ 1: { watched_by: ["p0"] }, 3: { coming: ["p0"] } }), people });
  },
  boardLate: (now) => opened(now, { people: placed(PAIRS.map((pair) => pair.filter((i) => i !== 13 && i !== 11)), MARKS, [11, 13]), suggested: { p11: "pair.5", p13: "pair.6" } }),
  boardRecall: (now) => ({ ...opened(now, { state: "recalling", until: now + 47 }), room: { round: "recalling", broadcast: { by: "p0", name: "Ana" } } }),
  boardPhone: (now) => ({ ...opened(now), place: "silent", team: {} }),
  planner: () => planned({}),
  plannerBonds: () => planned({ plan: plan([[1, 2], [3, 4], [5, 6, 7], [8], []]), apart: [["p3", "p4"]], together: [["p5", "p6"]], groups: "rooms" }),
} satisfies Record<string, (now: number) => Told>;
