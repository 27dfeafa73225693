import { describe, expect, it } from "vitest";

import type { Person } from "../session/model";
import { changes } from "./StatusLine";

const person = (id: string, what: Partial<Person> = {}): Person => ({
  id,
  name: id,
  role: "participant",
  me: false,
  muted: false,
  present: true,
  speaking: false,
  sources: [],
  function: null,
  hand: null,
  resting: null,
  covered: false,
  calling: false,
  with: null,
  ...what,
});

describe("changes", () => {
  it.each<[string, Person[], Person[], unknown[]]>([
    ["arrival", [], [person("Sam")], [{ kind: "came", name: "Sam", key: "Sam" }]],
    ["leaving", [person("Sam")], [], [{ kind: "left", name: "Sam", key: "Sam" }]],
    ["drop", [person("Sam")], [person("Sam", { present: false })], [{ kind: "away", name: "Sam", key: "Sam" }]],
    ["return", [person("Sam", { present: false })], [person("Sam")], [{ kind: "back", name: "Sam", key: "Sam" }]],
    ["who speaks", [person("Sam")], [person("Sam", { speaking: true })], []],
    ["others' mutes", [person("Sam")], [person("Sam", { muted: true })], []],
    ["oneself", [], [person("Sam", { me: true })], []],
    ["a screen", [person("Sam")], [person("Sam", { sources: ["screen"] })], [{ kind: "say", text: "Sam is sharing a screen." }]],
    ["no screen", [person("Sam", { sources: ["screen"] })], [person("Sam")], [{ kind: "say", text: "Sam stopped sharing." }]],
    ["a guest, by function", [], [person("Kim", { function: "interpreter" })], [{ kind: "say", text: "Kim, interpreter, came in." }]],
    ["stepping away", [person("Sam")], [person("Sam", { resting: "away" })], [{ kind: "say", text: "Sam stepped away." }]],
    ["coming back", [person("Sam", { resting: "away" })], [person("Sam")], [{ kind: "back", name: "Sam", key: "Sam" }]],
    ["a break, which all have heard of", [person("Sam")], [person("Sam", { resting: "break" })], []],
    ["asking a facilitator to come", [person("Sam")], [person("Sam", { calling: true })], [{ kind: "say", text: "Sam asks a facilitator to come." }]],
    ["being covered", [person("Sam")], [person("Sam", { covered: true, sources: [] })], []],
    ["a hand, to participants", [person("Sam")], [person("Sam", { hand: 1 })], []],
  ])("%s", (_, before, after, notices) => {
    expect(changes(before, after)).toEqual(notices);
  });

  it("tells facilitators of hands", () => {
    const up = [person("Sam", { hand: 1 })];
    expect(changes([person("Sam")], up, true)).toEqual([{ kind: "say", text: "Sam raised a hand." }]);
    expect(changes(up, [person("Sam", { hand: 2 })], true)).toEqual([]);
  });
});
