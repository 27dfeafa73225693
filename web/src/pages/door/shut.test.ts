import { expect, test } from "vitest";
import door from "../../i18n/locales/en/door.json";
import { asksToCall, mayOpen, shutBy, shutWords } from "./shut";

test.each([
  ["too_early", true, "early"],
  ["wrong_day", true, "otherDay"],
  ["over", true, "over"],
  ["over", false, "overForGood"],
  ["wrong_day", false, "overForGood"],
  ["locked", false, "locked"],
  ["removed", false, "removed"],
] as const)("%s, next known: %s, says %s", (shut, next, words) => {
  expect(shutWords(shut, next)).toBe(words);
});

test("whoever may not come back is not told so in other words than who is declined today", () => {
  expect(shutWords("banned", true)).toBe(shutWords("declined", false));
});

test("only what may open by itself is tried again", () => {
  expect((["too_early", "wrong_day", "locked", "over", "banned", "declined", "removed"] as const).filter(mayOpen)).toEqual([
    "too_early",
    "wrong_day",
    "locked",
  ]);
});

test("other refusals are not about the door", () => {
  expect([shutBy("locked"), shutBy("bad_name"), shutBy(null)]).toEqual(["locked", null, null]);
});

test.each(["early", "otherDay", "over", "overForGood", "locked", "declined", "removed"] as const)(
  "%s: there is a number to tap exactly where the words name one",
  (words) => {
    expect(asksToCall(words)).toBe(door.door[words].text.includes("{{number}}"));
  },
);
