import { expect, it } from "vitest";

import { CHOSEN_MS, chosen, NOBODY, pickOne, SPEAKER_MS } from "./pick";

const one = (id: string, what = {}) => ({ id, me: false, role: "participant", present: true, sources: ["camera"], ...what });
const people = [one("me", { me: true }), one("a"), one("ana", { role: "facilitator" }), one("dark", { sources: [] })];

it("begins with the facilitator, else with anybody who has a picture", () => {
  expect(pickOne(NOBODY, people, [], 0).id).toBe("ana");
  expect(pickOne(NOBODY, [people[0]!, people[3]!, people[1]!], [], 0).id).toBe("a");
  expect(pickOne(NOBODY, [people[0]!, people[3]!], ["dark"], 0)).toEqual(NOBODY);
});

it("goes to who speaks, and stays for a while", () => {
  const speaking = pickOne(pickOne(NOBODY, people, [], 0), people, ["dark", "me", "a"], 10);
  expect(speaking).toEqual({ id: "a", until: 10 + SPEAKER_MS });
  expect(pickOne(speaking, people, ["ana"], 9 + SPEAKER_MS)).toBe(speaking);
  expect(pickOne(speaking, people, ["ana"], 10 + SPEAKER_MS).id).toBe("ana");
});

it("stays with the last one while nobody speaks", () => {
  const speaking = pickOne(NOBODY, people, ["a"], 0);
  expect(pickOne(speaking, people, [], 10 * SPEAKER_MS)).toBe(speaking);
  expect(pickOne(speaking, people, ["a"], 10 * SPEAKER_MS)).toBe(speaking);
});

it("leaves who has no picture any more at once", () => {
  const speaking = pickOne(NOBODY, people, ["a"], 0);
  const without = people.map((person) => (person.id === "a" ? { ...person, present: false } : person));
  expect(pickOne(speaking, without, [], 1).id).toBe("ana");
});

it("keeps whom one chose for longer", () => {
  expect(pickOne(chosen("a", 0), people, ["ana"], CHOSEN_MS - 1).id).toBe("a");
  expect(pickOne(chosen("a", 0), people, ["ana"], CHOSEN_MS).id).toBe("ana");
});
