/** What the board and its planner ask for. */

import type { Board, BoardRoom, Placed, Request } from "../session/model";
import type { FakeStore } from "./fake";

type Do = (store: FakeStore, request: Request) => void;
type Asked<T extends Request["type"]> = Extract<Request, { type: T }>;

const on = <T extends Request["type"]>(act: (store: FakeStore, request: Asked<T>) => void): Do => act as Do;

function board(store: FakeStore, what: (board: Board) => Partial<Board>): void {
  const now = store.board.value;
  if (now) store.board.value = { ...now, ...what(now) };
}

const changeRoom = (store: FakeStore, id: string, what: (room: BoardRoom) => Partial<BoardRoom>): void =>
  board(store, ({ rooms }) => ({ rooms: rooms.map((room) => (room.id === id ? { ...room, ...what(room) } : room)) }));

const quiet = (number: number): BoardRoom => ({ id: `pair.${number}`, number, alone: null, called: false, trio: null, watched_by: [], coming: [] });

/** Everybody in the room, as a board would have them. */
function people(store: FakeStore): Placed[] {
  return store.people.value.map(({ me: _, speaking: __, ...person }) => ({
    person: { ...person, sources: [...person.sources] },
    room: "main",
    partner: person.role === "participant",
  }));
}

function plan(store: FakeStore, { how, count }: Asked<"plan_rooms">): void {
  const all = store.board.value?.people ?? people(store);
  const ids = all.filter(({ partner }) => partner).map(({ person }) => person.id);
  const number = how === "number" ? count : Math.max(1, Math.floor(ids.length / (how === "size" ? count : 2)));
  const rooms = Array.from({ length: number }, (_, index) => ids.filter((_, i) => i % number === index));
  const groups = rooms.some(({ length }) => length > 3) ? "rooms" : "pairs";
  store.board.value = { state: "planned", groups, until: null, late: "ask", rooms: [], plan: rooms, people: all, apart: [], together: [], again: true, suggested: {} };
}

function open(store: FakeStore, { minutes, late }: Asked<"open_rooms">): void {
  board(store, ({ plan, people }) => {
    const rooms = plan.filter(({ length }) => length > 1);
    const where = new Map(rooms.flatMap((room, index) => room.map((id) => [id, `pair.${index + 1}`] as const)));
    store.people.value = store.people.value.filter(({ id }) => !where.has(id));
    return {
      state: "open",
      plan: [],
      late,
      until: minutes === null ? null : store.serverNow() + minutes * 60,
      rooms: rooms.map((_, index) => quiet(index + 1)),
      people: people.map((one) => ({ ...one, room: where.get(one.person.id) ?? one.room })),
    };
  });
}

function move(store: FakeStore, { moves }: Asked<"move_people">): void {
  const to = new Map(moves);
  board(store, (now) => ({
    people: now.people.map((one) => ({ ...one, room: to.get(one.person.id) ?? one.room })),
    rooms: [...now.rooms, ...[...new Set(to.values())].filter((id) => id !== "main" && !now.rooms.some((room) => room.id === id)).map((id) => quiet(Number(id.slice(5))))],
  }));
}

type Bonds = "apart" | "together";

function bind(store: FakeStore, kind: Bonds, { participant, other, on }: Asked<"keep_apart" | "keep_together">): void {
  board(store, (now) => {
    const rest = now[kind].filter((bond) => !(bond.includes(participant) && bond.includes(other)));
    return { [kind]: on ? [...rest, [participant, other]] : rest };
  });
}

export const BOARD_ACTS: Partial<Record<Request["type"], Do>> = {
  plan_rooms: on<"plan_rooms">(plan),
  edit_plan: on<"edit_plan">((store, { rooms }) => board(store, () => ({ plan: rooms }))),
  drop_plan: (store) => (store.board.value = null),
  open_rooms: on<"open_rooms">(open),
  extend_rooms: on<"extend_rooms">((store, { minutes }) => board(store, ({ until }) => ({ state: "open", until: (until ?? store.serverNow()) + minutes * 60 }))),
  recall_rooms: on<"recall_rooms">((store, { seconds }) => {
    if (seconds === 0) store.board.value = null;
    else board(store, () => ({ state: "recalling", until: store.serverNow() + seconds }));
  }),
  move_people: on<"move_people">(move),
  keep_apart: on<"keep_apart">((store, request) => bind(store, "apart", request)),
  keep_together: on<"keep_together">((store, request) => bind(store, "together", request)),
  drop_in: on<"drop_in">((store, { room }) => changeRoom(store, room, () => ({ coming: ["p0"] }))),
  cancel_drop_in: (store) => board(store, ({ rooms }) => ({ rooms: rooms.map((room) => ({ ...room, coming: [] })) })),
  look: on<"look">((store, { room }) => changeRoom(store, room, () => ({ watched_by: ["p0"] }))),
  close_look: (store) => board(store, ({ rooms }) => ({ rooms: rooms.map((room) => ({ ...room, watched_by: [] })) })),
  broadcast: on<"broadcast">((store, { on }) => store.room({ broadcast: on ? { by: "p0", name: "Ana" } : null })),
};
