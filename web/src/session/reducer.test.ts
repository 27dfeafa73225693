import { expect, test } from "vitest";
import type { Change, ServerMessage } from "../protocol.gen";
import { missed, reduce, type Told } from "./reducer";
import { board, deskView, me, person, roomView, silentView, snapshot, waitingView } from "./samples";

const start = reduce(null, snapshot({ people: [person("me"), person("a")], speakers: ["a"] }));
const changes = (n: number, ...list: Change[]): ServerMessage => ({ type: "changes", n, changes: list });
const after = (...messages: ServerMessage[]): Told => messages.reduce(reduce, start) as Told;
const room = (told: Told) => (told.view.type === "snapshot" ? told.view : expect.fail("not in a room"));
const ids = (told: Told) => room(told).people.map(({ id }) => id);

test("nothing is known before the first view", () => {
  expect(reduce(null, changes(1, { type: "me", me: me() }))).toBeNull();
});

test("a view replaces everything, and counting starts anew", () => {
  const told = after(changes(1, { type: "person", person: person("b") }), snapshot({ people: [person("me")] }));
  expect(ids(told)).toEqual(["me"]);
  expect(told.n).toBe(0);
});

test("newcomers come last, who changes keeps their place", () => {
  const told = after(
    changes(1, { type: "person", person: person("b") }),
    changes(2, { type: "person", person: person("a", { muted: true }) }),
  );
  expect(ids(told)).toEqual(["me", "a", "b"]);
  expect(room(told).people[1]).toMatchObject({ muted: true });
});

test("who is gone does not speak any more", () => {
  const told = after(changes(1, { type: "person_gone", participant: "a" }));
  expect(ids(told)).toEqual(["me"]);
  expect(room(told).speakers).toEqual([]);
});

test("changes of one moment are taken together", () => {
  const told = after(
    changes(1, { type: "me", me: me({ muted: true }) }, { type: "room", room: roomView({ paused_by: "a" }) }),
  );
  expect(room(told)).toMatchObject({ me: { muted: true }, room: { paused_by: "a" } });
});

test("a number that was left out is noticed, also the first", () => {
  expect(missed(start, changes(1))).toBe(false);
  expect(missed(start, changes(2))).toBe(true);
  expect(missed(after(changes(1)), changes(3))).toBe(true);
  expect(missed(start, { type: "slots", slots: [] })).toBe(false);
});

test("whoever waits is told of themselves only", () => {
  const waiting = reduce(null, waitingView());
  const told = reduce(
    waiting,
    changes(1, { type: "waiting_is", staff: "none", staff_names: [], note: "One moment", me: me(), take_over: true, over: true, late: true }),
  );
  expect(told?.view).toMatchObject({ type: "waiting", staff: "none", note: "One moment", take_over: true, over: true, late: true });
  expect(reduce(waiting, changes(1, { type: "person", person: person("a") }))?.view).toEqual(waiting?.view);
});

test("let in: the room takes the waiting room's place", () => {
  expect(reduce(reduce(null, waitingView()), snapshot())?.view.type).toBe("snapshot");
});

test("lines come one after the other, on the standby phone, too", () => {
  const line = { who: "a", name: "A", to: "room", text: "Hello", at: 1 } as const;
  expect(room(after({ type: "said", line }, { type: "said", line })).lines).toHaveLength(2);
  expect(reduce(reduce(null, silentView()), { type: "said", line })?.view).toMatchObject({ lines: [line] });
});

test("slots and speakers are whole lists and do not count", () => {
  const told = after({ type: "slots", slots: [] }, { type: "speakers", participants: ["me"] });
  expect(room(told)).toMatchObject({ slots: [], speakers: ["me"] });
  expect(told.n).toBe(0);
});

test("the board comes, changes and goes; to a page without one it is passed over", () => {
  const open = after(changes(1, { type: "board", board: board({ late: "smallest" }) }));
  expect(room(open).board).toMatchObject({ late: "smallest" });
  expect(room(reduce(open, changes(2, { type: "board", board: null })) as Told).board).toBeNull();
  const waiting = reduce(null, waitingView());
  expect(reduce(waiting, changes(1, { type: "board", board: board() }))?.view).toEqual(waiting?.view);
});

test("the pulse is the last one, outlives changes, and begins anew with a view or without a board", () => {
  const pulse = (...speaking: string[]): ServerMessage => ({ type: "pulse", speaking, weak: [], poor: [] });
  const beating = after(snapshot({ board: board() }), pulse("a"), pulse("b"), changes(1, { type: "me", me: me() }));
  expect(beating.pulse?.speaking).toEqual(["b"]);
  expect(beating.n).toBe(1);
  expect((reduce(beating, snapshot()) as Told).pulse).toBeUndefined();
  expect((reduce(beating, changes(2, { type: "board", board: null })) as Told).pulse).toBeUndefined();
});

test("the desk and the phone follow their own changes", () => {
  const desk = reduce(reduce(null, deskView()), changes(1, { type: "desk_is", people: [], waiting: 3 }));
  expect(desk?.view).toMatchObject({ waiting: 3 });
  const phone = reduce(reduce(null, silentView()), changes(1, { type: "laptop", here: false }));
  expect(phone?.view).toMatchObject({ laptop: false });
});

test("a change of a newer server is passed over, but counted", () => {
  const strange = { type: "dancing" } as unknown as Change;
  expect(after(changes(1, strange))).toEqual({ ...start, n: 1 });
});
