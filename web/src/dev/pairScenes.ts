/** Scenes of pairs, as the people in them see them: p0 is oneself, p1 Ana, p2 Sam, p3 Priya. */

import type { RoomView } from "../session/model";
import type { Told } from "./scenes";

const pair = (now: number, what: Partial<RoomView> = {}): Partial<RoomView> => ({
  id: "pair.2",
  kind: "pair",
  number: 2,
  groups: "pairs",
  round: "open",
  until: now + 452,
  ...what,
});

const TWO = ["p0", "p2"];
const ALONE = ["p0"];

const inPair = (now: number, what: Partial<RoomView> = {}): Told => ({ room: pair(now, what), only: TWO });

export const PAIR_SCENES = {
  pair: (now) => inPair(now),
  pairTrio: (now) => ({ room: pair(now), only: ["p0", "p2", "p3"] }),
  pairMuted: (now) => ({ ...inPair(now), mine: { muted: true }, people: { p0: { muted: true } } }),
  pairRecall: (now) => inPair(now, { round: "recalling", until: now + 59 }),
  pairRecallSoon: (now) => inPair(now, { round: "recalling", until: now + 12 }),
  pairComing: (now) => inPair(now, { coming: [{ name: "Ana", at: now + 3 }] }),
  pairVisited: (now) => ({ room: pair(now), only: ["p0", "p1", "p2"] }),
  pairSeen: (now) => inPair(now, { watched: [{ name: "Ana", until: now + 42 }] }),
  pairSaid: (now) => ({
    ...inPair(now),
    lines: [{ who: "p1", name: "Ana", to: "everyone", whom: null, text: "Now change roles: who listened tells their own story.", at: now - 2 }],
  }),
  pairVoice: (now) => inPair(now, { broadcast: { by: "p1", name: "Ana" } }),
  pairDropped: (now) => ({
    ...inPair(now, { alone: { since: now - 2, names: ["Sam"], can_return: true, waits: false } }),
    people: { p2: { present: false } },
  }),
  pairAlone: (now) => ({
    ...inPair(now, { alone: { since: now - 25, names: ["Sam"], can_return: true, waits: false } }),
    people: { p2: { present: false } },
  }),
  pairLeft: (now) => ({ room: pair(now, { alone: { since: now - 2, names: ["Sam"], can_return: false, waits: false } }), only: ALONE }),
  pairWaits: (now) => ({
    ...inPair(now, { alone: { since: now - 50, names: ["Sam"], can_return: true, waits: true } }),
    people: { p2: { present: false } },
  }),
  arriving: (now) => ({ room: pair(now), only: ["p0", "p4", "p5"], mine: { resting: "arriving" }, people: { p0: { resting: "arriving" } } }),
  late: () => ({ place: "waiting", waiting: { late: true } }),
  pairTeam: (now) => ({
    facilitator: true,
    mine: { may: ["camera", "microphone", "screen", "screen_sound"], muted: true },
    team: {},
    board: { until: now + 452 },
    room: pair(now),
    only: TWO,
    people: { p0: { muted: true } },
  }),
} satisfies Record<string, (now: number) => Told>;
