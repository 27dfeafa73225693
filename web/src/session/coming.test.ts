import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FarEnd } from "../connection/farEnd";
import type { View } from "../connection/wire";
import type { ServerMessage } from "../protocol.gen";
import { Coming } from "./coming";
import { fakeWindow, type FakeWindow } from "./fakeStorage";
import { me, person, silentView, snapshot, waitingView } from "./samples";
import { hashOf, sweepSeats } from "./seats";

const TOKEN = "2Pp1vX8wqkQZyJ0rXo7mUu3c5d9fGhJk";

interface Page {
  coming: Coming;
  views: { type: View["type"]; resumed: boolean }[];
  over: boolean[];
  name: string | null;
  misses: boolean;
}

let storage: FakeWindow;
let went: string[];

/** A page that has just been loaded; `storage` is what this browser holds. */
function load(): Page {
  const page = { views: [], over: [], name: null, misses: false } as unknown as Page;
  page.coming = new Coming({
    take: () => !page.misses,
    view: ({ type }, resumed) => page.views.push({ type, resumed }),
    hear: () => undefined,
    ownName: () => page.name,
    up: () => undefined,
    peerId: () => null,
    prime: () => undefined,
    takeDevicesAgain: () => undefined,
    over: (release) => page.over.push(release),
  });
  return page;
}

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(20);

/** Hashes take a moment of real time, which fake timers do not see. */
const until = (so: () => boolean): Promise<void> =>
  vi.waitFor(() => {
    if (!so()) throw new Error("not yet");
  });

const kept = (): string[] => Object.keys({ ...storage.localStorage.all(), ...storage.sessionStorage.all() }).sort();

async function joined(view: ServerMessage = snapshot({ id: 1, secret: "secret-of-the-seat" })): Promise<Page> {
  const page = load();
  void page.coming.join({ token: TOKEN, name: "Sam", agreement: "1" });
  FarEnd.last.open().say(view);
  await until(() => kept().includes("kinroom.resume.s"));
  return page;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "setInterval", "clearTimeout", "clearInterval", "Date", "performance"] });
  FarEnd.all = [];
  storage = fakeWindow();
  went = [];
  vi.stubGlobal("WebSocket", FarEnd);
  vi.stubGlobal("window", storage);
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("location", { origin: "https://there", replace: (to: string) => went.push(to) });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a newcomer says who they are, and what they agreed to with that tap", async () => {
  await joined();
  expect(FarEnd.all[0]?.sent[0]).toMatchObject({ type: "join", version: 2, token: TOKEN, name: "Sam", agreement: "1" });
});

test("the seat is stored without the token, and the token nowhere", async () => {
  await joined();
  expect(kept()).toEqual([`kinroom.link.${await hashOf(TOKEN)}`, "kinroom.resume.s", "kinroom.seat"]);
  expect(JSON.stringify([storage.localStorage.all(), storage.sessionStorage.all()])).not.toContain(TOKEN);
});

test("who waits at the door is in already, as far as a reload goes", async () => {
  const page = await joined(waitingView({ id: 1, secret: "secret-of-the-knock" }));
  expect(page.coming.phase.value).toBe("inRoom");
  const reloaded = load();
  expect(await reloaded.coming.resume(TOKEN)).toBe(true);
  FarEnd.last.open().say(waitingView({ id: 1 }));
  expect(FarEnd.last.sent[0]).toMatchObject({ type: "resume", secret: "secret-of-the-knock", name: "Sam" });
  expect(reloaded.views).toEqual([{ type: "waiting", resumed: true }]);
});

test("a browser that was opened again comes back without its link", async () => {
  await joined();
  const reopened = load();
  storage.sessionStorage.removeItem("kinroom.seat");
  expect(await reopened.coming.resumeLast()).toBe(true);
  expect(FarEnd.last.open().sent[0]).toMatchObject({ type: "resume", secret: "secret-of-the-seat" });
  expect(await reopened.coming.supportCode("")).toBe(await reopened.coming.supportCode(TOKEN));
});

test("let in on the seat that another device had: the next reload comes back to that one", async () => {
  const page = await joined(waitingView({ id: 1, you: "knock", secret: "secret-of-the-knock" }));
  FarEnd.last.say(snapshot({ id: null, you: "me" }));
  await settle();
  const seat = JSON.parse(storage.localStorage.getItem("kinroom.resume.s") ?? "{}");
  expect(seat).toMatchObject({ participant: "me", secret: "secret-of-the-knock", name: "Sam" });
  expect(page.views.at(-1)).toEqual({ type: "snapshot", resumed: false });
});

test("an alias that a facilitator gave is the name to come back with", async () => {
  const page = await joined();
  FarEnd.last.say({ type: "speakers", participants: [] });
  page.name = "Blue";
  FarEnd.last.say({ type: "changes", n: 1, changes: [{ type: "person", person: person("me", { name: "Blue" }) }] });
  expect(JSON.parse(storage.localStorage.getItem("kinroom.resume.s") ?? "{}").name).toBe("Blue");
});

test("an hour in a quiet waiting room is an hour of contact", async () => {
  await joined(waitingView({ id: 1, secret: "secret-of-the-knock" }));
  for (let beat = 0; beat < 60 * 12; beat++) {
    await vi.advanceTimersByTimeAsync(5000);
    const ping = FarEnd.last.sent.at(-1);
    FarEnd.last.say({ type: "ok", id: ping?.id ?? 0 });
  }
  sweepSeats(Date.now());
  expect(await load().coming.resume(TOKEN)).toBe(true);
});

test("a change that was missed makes the page come again", async () => {
  const page = await joined();
  page.misses = true;
  FarEnd.last.say({ type: "changes", n: 7, changes: [{ type: "me", me: me() }] });
  page.misses = false;
  expect(page.coming.phase.value).toBe("reconnecting");
  await vi.advanceTimersByTimeAsync(500);
  expect(FarEnd.last.open().sent[0]).toMatchObject({ type: "resume" });
});

test.each([
  ["declined", "left", "declined"],
  ["removed", "left", "removed"],
  ["left", "left", null],
  ["closed", "ended", null],
  ["ended", "ended", null],
] as const)("bye %s: the page is %s, says %s, and keeps nothing", async (reason, phase, notice) => {
  const page = await joined();
  FarEnd.last.say({ type: "bye", reason });
  expect([page.coming.phase.value, page.coming.notice.value]).toEqual([phase, notice]);
  expect(page.over).toEqual([true]);
  expect(kept()).toEqual([]);
});

test("another device took the seat: it stays that one's", async () => {
  const page = await joined();
  FarEnd.last.say({ type: "bye", reason: "replaced" });
  expect(page.coming.notice.value).toBe("replaced");
});

test("leaving quickly: said on the open line, nothing kept, an empty page, all in one tick", async () => {
  const page = await joined();
  storage.sessionStorage.setItem("kinroom.token", TOKEN);
  storage.localStorage.setItem("kinroom.kept.link", "{}");
  storage.localStorage.setItem("somebody else's", "1");
  page.coming.leaveQuickly();
  expect(FarEnd.last.sent.at(-1)).toMatchObject({ type: "leave" });
  expect(kept()).toEqual(["somebody else's"]);
  expect(went).toEqual(["about:blank"]);
});

test("after ten minutes away whoever was in the group knocks again with the same link", async () => {
  await joined();
  FarEnd.last.close();
  await vi.advanceTimersByTimeAsync(500);
  FarEnd.last.open().say({ type: "refused", id: 1, code: "resume_unknown", text: "" });
  await settle();
  expect(FarEnd.last.sent[1]).toMatchObject({ type: "join", token: TOKEN, name: "Sam" });
});

test("who has just loaded the page is asked first", async () => {
  await joined();
  const reloaded = load();
  await reloaded.coming.resume(TOKEN);
  FarEnd.last.open().say({ type: "refused", id: 1, code: "resume_unknown", text: "" });
  await settle();
  expect(reloaded.coming.phase.value).toBe("idle");
  expect(kept()).toEqual([]);
});

test("a door that needs something keeps the preview on", async () => {
  for (const [code, released] of [["agreement_needed", false], ["bad_name", false], ["locked", true], ["banned", true]] as const) {
    const page = load();
    void page.coming.join({ token: TOKEN, name: "Sam" });
    FarEnd.last.open().say({ type: "refused", id: 1, code, text: "" });
    await settle();
    expect([page.coming.phase.value, page.coming.notice.value, page.over]).toEqual(["refused", code, [released]]);
  }
});

test("a phone joins with the code once, and comes back with a secret of its own", async () => {
  const phone = load();
  void phone.coming.joinStandby("token-for-the-phone");
  await until(() => FarEnd.all.length > 0);
  FarEnd.last.open().say(silentView({ id: 1, secret: "secret-of-the-phone" }));
  expect(FarEnd.last.sent[0]).toMatchObject({ type: "join_standby", token: "token-for-the-phone" });
  await until(() => kept().includes("kinroom.resume.s"));
  const reloaded = load();
  void reloaded.coming.joinStandby("token-for-the-phone");
  await until(() => FarEnd.all.length > 1);
  expect(FarEnd.last.open().sent[0]).toMatchObject({ type: "resume", secret: "secret-of-the-phone" });
});

test("a phone that was away for too long needs another code from the laptop", async () => {
  const phone = load();
  void phone.coming.joinStandby("token-for-the-phone");
  await until(() => FarEnd.all.length > 0);
  FarEnd.last.open().say(silentView({ id: 1, secret: "secret-of-the-phone" }));
  await until(() => kept().includes("kinroom.resume.s"));
  FarEnd.last.close();
  await vi.advanceTimersByTimeAsync(500);
  FarEnd.last.open().say({ type: "refused", id: 1, code: "resume_unknown", text: "" });
  await settle();
  expect([phone.coming.phase.value, phone.coming.notice.value]).toEqual(["refused", "standby_unknown"]);
});

test("the support code needs no server", async () => {
  vi.setSystemTime(Date.parse("2026-11-23T12:00:00Z"));
  expect(await load().coming.supportCode(TOKEN)).toBe("234 769");
  expect(FarEnd.all).toEqual([]);
});
