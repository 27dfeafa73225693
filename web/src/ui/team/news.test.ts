import { expect, test } from "vitest";

import { teamNews } from "./news";
import { call, knock, team } from "./testing";

const nameOf = (id: string) => ({ sam: "Sam", lee: "Lee" })[id];

test("knocks of one moment are one sentence, calls for help one each, and help comes first", () => {
  const after = team({ waiting: [knock("Kim"), knock("Pat")], calls: [call("private.sam", { about: "sam", name: "Sam" })] });
  expect(teamNews(team(), after, nameOf)).toEqual(["Sam asks for private help", "Kim and Pat are at the door."]);
});

test("who was asked to wait does not knock", () => {
  expect(teamNews(team(), team({ waiting: [knock("Sam", { sent_back: true })] }), nameOf)).toEqual([]);
});

test("who is OK and who asks to stay, by name as long as they are here", () => {
  const before = team({ checks: ["sam", "gone"] });
  expect(teamNews(before, team({ stays: ["lee"] }), nameOf)).toEqual(["Sam says they're OK.", "Lee asks to stay after the end."]);
});

test("a page that just came tells nothing old, and what goes is no news", () => {
  const busy = team({ waiting: [knock("Kim")], calls: [call("private.sam")] });
  expect(teamNews(null, busy, nameOf)).toEqual([]);
  expect(teamNews(busy, team(), nameOf)).toEqual([]);
});
