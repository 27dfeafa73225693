import { expect, test } from "vitest";

import type { BoardRoom, Placed } from "../../../session/model";
import { board, person, team } from "../../../session/samples";
import { call } from "../testing";
import { apartFromAll, callsFrom, latecomers, leftAlone, newRoom, roomName, roomsInOrder } from "./rooms";

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

const placed = (id: string, where: string, what: Parameters<typeof person>[1] = {}): Placed => ({ person: person(id, what), room: where, partner: what.role === undefined });

const NOW = board({
  rooms: [room(2), room(1), room(3)],
  people: [
    placed("ana", "main", { role: "facilitator" }),
    placed("ben", "pair.1"),
    placed("cleo", "pair.1"),
    placed("dan", "pair.2"),
    placed("eva", "pair.2"),
    placed("gus", "pair.2"),
    placed("finn", "late"),
    placed("hal", "private.hal"),
  ],
});

test("rooms stand in the order of their numbers, whatever happens in them", () => {
  expect(roomsInOrder(NOW).map(({ number }) => number)).toEqual([1, 2, 3]);
  expect(newRoom(NOW)).toBe("pair.4");
  expect(newRoom(board())).toBe("pair.1");
});

test("who waits for a place, and who talks privately", () => {
  expect(latecomers(NOW).map((one) => one.person.id)).toEqual(["finn"]);
  expect(apartFromAll(NOW).map((one) => one.person.id)).toEqual(["hal"]);
});

test("rooms are called as what they are", () => {
  expect(roomName("pairs", "pair.2")).toBe("Pair 2");
  expect(roomName("rooms", "pair.12")).toBe("Room 12");
  expect(roomName("pairs", "main")).toBe("Main room");
});

test.each([
  ["one of two goes", [["ben", "pair.2"]], [{ who: "cleo", room: "pair.1", after: "pair.2" }]],
  ["both go", [["ben", "pair.2"], ["cleo", "main"]], []],
  ["one of three goes", [["dan", "main"]], []],
  ["they change places", [["ben", "pair.2"], ["dan", "pair.1"]], []],
  ["somebody goes into a new room", [["dan", "pair.4"]], [{ who: "dan", room: "pair.4", after: null }]],
  ["a latecomer comes to two", [["finn", "pair.1"]], []],
  ["a facilitator goes into an empty room", [["ana", "pair.3"]], []],
] as const)("when %s, whoever would be alone is named", (_, moves, expected) => {
  expect(leftAlone(NOW, moves.map(([who, to]) => [who, to]))).toEqual(expected);
});

test("who is alone already is not news, and a facilitator is company", () => {
  const left = board({ rooms: [room(1)], people: [placed("ben", "pair.1"), placed("finn", "late")] });
  expect(leftAlone(left, [["finn", "main"]])).toEqual([]);
  const visited = board({ rooms: [room(1)], people: [placed("ben", "pair.1"), placed("cleo", "pair.1"), placed("ana", "pair.1", { role: "facilitator" })] });
  expect(leftAlone(visited, [["cleo", "main"]])).toEqual([]);
});

test("a card shows the calls of its room, what is private first", () => {
  const calls = [
    call("come", { kind: "come", room: "pair.1", since: 1 }),
    call("later", { room: "pair.1", since: 9 }),
    call("alone", { kind: "partner_dropped", room: "pair.1" }),
    call("elsewhere", { room: "pair.2" }),
  ];
  expect(callsFrom(team({ calls }), "pair.1").map(({ id }) => id)).toEqual(["later", "come"]);
  expect(callsFrom(null, "pair.1")).toEqual([]);
});
