import { afterEach, expect, test } from "vitest";

import type { ActAnswer, Request, SessionStore } from "../../session/model";
import { askThen, trouble } from "./acting";

const ADMIT: Request = { type: "admit", participant: "sam" };

function answering(answer: ActAnswer): { store: SessionStore; asked: Request[] } {
  const asked: Request[] = [];
  const act = async (request: Request) => (asked.push(request), answer);
  return { store: { act } as unknown as SessionStore, asked };
}

afterEach(() => void (trouble.value = null));

test("what was done closes its menu and takes back older trouble", async () => {
  const { store, asked } = answering({ ok: true });
  trouble.value = "Something old.";
  let closed = 0;
  await askThen(store, ADMIT, () => closed++);
  expect(asked).toEqual([ADMIT]);
  expect(closed).toBe(1);
  expect(trouble.value).toBeNull();
});

test.each([
  ["unreachable", "You're not connected right now. Try again in a moment."],
  ["no_such", "That's over already."],
  ["not_now", "That's over already."],
  ["busy", "You're in a private talk. Go back to the group first."],
  ["not_allowed", "That isn't possible for this person."],
  ["bad_name", "Please write a shorter name, with letters."],
  ["unavailable", "That didn't work. Please try again."],
] as const)("after %s the menu stays open and says what is the matter", async (code, words) => {
  let closed = 0;
  await askThen(answering({ ok: false, code }).store, ADMIT, () => closed++);
  expect(closed).toBe(0);
  expect(trouble.value).toBe(words);
});
