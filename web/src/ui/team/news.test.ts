import { expect, test } from "vitest";

import { teamNews } from "./news";
import { call, knock, team } from "./testing";

const nameOf = (id: string) => ({ sam: "Sam", lee: "Lee" })[id];
const help = call("private.sam", { about: "sam", name: "Sam" });

test("calls go before everything that waits to be said, and each can be taken back by itself", () => {
  const after = team({ waiting: [knock("Kim")], calls: [help] });
  expect(teamNews(team(), after, nameOf)).toEqual([
    { kind: "say", text: "Sam asks for private help", key: "call:private.sam", first: true },
    { kind: "knock", name: "Kim", key: "knock:Kim" },
  ]);
});

test("while others may read along nobody is named", () => {
  const before = team({ checks: ["sam"] });
  const after = team({ waiting: [knock("Kim")], calls: [{ ...help, note: "My partner is here" }], stays: ["lee"] });
  const words = JSON.stringify(teamNews(before, after, nameOf, true).map((notice) => "text" in notice && notice.text));
  expect(words).toBe('["Someone needs you","Somebody is at the door."]');
});

test("who was asked to wait does not knock", () => {
  expect(teamNews(team(), team({ waiting: [knock("Sam", { sent_back: true })] }), nameOf)).toEqual([]);
});

test("who is OK and who asks to stay, by name as long as they are here", () => {
  const before = team({ checks: ["sam", "gone"] });
  expect(teamNews(before, team({ stays: ["lee"] }), nameOf)).toEqual([
    { kind: "say", text: "Sam says they're OK." },
    { kind: "say", text: "Lee asks to stay after the end." },
  ]);
});

test("a page that just came tells nothing old, and what goes is no news", () => {
  const busy = team({ waiting: [knock("Kim")], calls: [help] });
  expect(teamNews(null, busy, nameOf)).toEqual([]);
  expect(teamNews(busy, team(), nameOf)).toEqual([]);
});
