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
  ...what,
});

describe("changes", () => {
  it.each<[string, Person[], Person[], unknown[]]>([
    ["arrival", [], [person("Sam")], [{ kind: "came", name: "Sam" }]],
    ["leaving", [person("Sam")], [], [{ kind: "left", name: "Sam" }]],
    ["drop", [person("Sam")], [person("Sam", { present: false })], [{ kind: "away", name: "Sam" }]],
    ["return", [person("Sam", { present: false })], [person("Sam")], [{ kind: "back", name: "Sam" }]],
    ["who speaks", [person("Sam")], [person("Sam", { speaking: true })], []],
    ["others' mutes", [person("Sam")], [person("Sam", { muted: true })], []],
    ["oneself", [], [person("Sam", { me: true })], []],
    ["a screen", [person("Sam")], [person("Sam", { sources: ["screen"] })], [{ kind: "say", text: "Sam is sharing a screen." }]],
    ["no screen", [person("Sam", { sources: ["screen"] })], [person("Sam")], [{ kind: "say", text: "Sam stopped sharing." }]],
  ])("%s", (_, before, after, notices) => {
    expect(changes(before, after)).toEqual(notices);
  });
});
