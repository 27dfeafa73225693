import { expect, test } from "vitest";
import type { LinkOpen } from "../../protocol.gen";
import { knownName, stepsFor } from "./steps";

const link: LinkOpen = {
  open: true,
  why: "open",
  next: null,
  session: "s",
  roles: ["participant"],
  function: null,
  name: null,
  fixed: false,
  steps: ["name", "agreement", "devices", "check"],
  agreement: { version: "1", text: "Be kind." },
  numbers: { practice: "555-0100", crisis: "988" },
};
const stranger = { name: null, checked: false };
const returning = { name: "Sam", checked: true };

test("who comes for the first time goes through all of them, in the programme's order", () => {
  expect(stepsFor(link, stranger)).toEqual(["name", "agreement", "devices", "check"]);
  expect(stepsFor({ ...link, steps: ["agreement", "devices", "name"] }, stranger)).toEqual(["agreement", "devices", "name"]);
});

test("who comes back sees one screen", () => {
  expect(stepsFor({ ...link, agreement: null }, returning)).toEqual(["devices"]);
});

test("who comes back to a new agreement sees that, too", () => {
  expect(stepsFor(link, returning)).toEqual(["agreement", "devices"]);
});

test("a fixed alias is never asked for, nor replaced by what was typed once", () => {
  const alias: LinkOpen = { ...link, name: "Blue", fixed: true };
  expect(stepsFor(alias, stranger)).not.toContain("name");
  expect(knownName(alias, returning)).toBe("Blue");
});

test("a name that the practice proposes gives way to the person's own", () => {
  const proposed: LinkOpen = { ...link, name: "Samuel" };
  expect(stepsFor(proposed, stranger)).not.toContain("name");
  expect([knownName(proposed, stranger), knownName(proposed, returning)]).toEqual(["Samuel", "Sam"]);
});

test("name and agreement are asked whatever the programme lists: without them nobody is let in", () => {
  expect(stepsFor({ ...link, steps: ["devices"] }, stranger)).toEqual(["name", "agreement", "devices"]);
});

test("there is always a last step to join from", () => {
  expect(stepsFor({ ...link, steps: [], agreement: null }, returning)).toEqual(["enter"]);
});

test.each(["coordinator", "support", "admin"] as const)("%s: no camera is asked for", (role) => {
  const desk: LinkOpen = { ...link, roles: [role], agreement: null };
  expect(stepsFor(desk, returning)).toEqual(["enter"]);
  expect(stepsFor(desk, stranger)).toEqual(["name"]);
});

test.each(["supervisor", "trainee"] as const)("a %s only watches: no camera is asked for", (role) => {
  expect(stepsFor({ ...link, roles: ["guest"], function: role, agreement: null }, returning)).toEqual(["enter"]);
});

test("an interpreter is seen and heard", () => {
  expect(stepsFor({ ...link, roles: ["guest"], function: "interpreter", agreement: null }, returning)).toEqual(["devices"]);
});
