import { expect, test } from "vitest";

import { answeredOk, atTheDoor, callsInOrder, mayUse, otherRooms } from "./order";
import { call, elsewhere, knock, team } from "./testing";

test("only people on the list who are still there come in with one tap", () => {
  const door = atTheDoor([
    knock("late", { since: 30 }),
    knock("gone", { since: 10, present: false }),
    knock("stranger", { since: 5, kind: "stranger" }),
    knock("phone", { since: 6, kind: "other_device", of: "sam" }),
    knock("out", { since: 7, kind: "removed" }),
    knock("was", { since: 8, kind: "again" }),
    knock("stepped", { since: 1, sent_back: true }),
    knock("early", { since: 20 }),
  ]);
  expect(door.expected.map(({ id }) => id)).toEqual(["gone", "early", "late"]);
  expect(door.others.map(({ id }) => id)).toEqual(["stepped", "stranger", "phone", "out", "was"]);
  expect(door.ready).toBe(2);
});

test("what rings comes first, then what is kept private, then who waits longest", () => {
  const { open, coming } = callsInOrder([
    call("come", { kind: "come", since: 1 }),
    call("taken", { state: "coming", coming: "ana", since: 2 }),
    call("later", { since: 9 }),
    call("sooner", { since: 4 }),
    call("rings", { kind: "no_answer", state: "ringing", since: 30 }),
  ]);
  expect(open.map(({ id }) => id)).toEqual(["rings", "sooner", "later", "come"]);
  expect(coming.map(({ id }) => id)).toEqual(["taken"]);
});

test("other rooms are told one by one, and the group's own is no private talk", () => {
  const found = otherRooms([
    elsewhere("sam", "private.sam"),
    elsewhere("jo", "main"),
    elsewhere("lee", "private.lee"),
    elsewhere("ana", "private.sam"),
  ]);
  expect(found.map(({ main, people }) => [main, people.map(({ id }) => id)])).toEqual([
    [true, ["jo"]],
    [false, ["sam", "ana"]],
    [false, ["lee"]],
  ]);
});

test("who answered that they're OK, and who did not answer at all", () => {
  const before = team({ checks: ["sam", "lee", "kim"] });
  const after = team({ checks: ["kim"], calls: [call("no_answer.lee", { kind: "no_answer", about: "lee" })] });
  expect(answeredOk(before, after)).toEqual(["sam"]);
});

test("somebody who only asked for company is OK all the same", () => {
  const after = team({ calls: [call("come.sam", { kind: "come", about: "sam" })] });
  expect(answeredOk(team({ checks: ["sam"] }), after)).toEqual(["sam"]);
});

test("what one person may use", () => {
  const now = team({ kept_off: { sam: ["screen"] } });
  expect(mayUse(now, "sam", "screen")).toBe(false);
  expect(mayUse(now, "sam", "camera")).toBe(true);
  expect(mayUse(now, "lee", "screen")).toBe(true);
});
