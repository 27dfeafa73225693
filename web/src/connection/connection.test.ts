import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { waitingView } from "../session/samples";
import { Connection, type Ending } from "./connection";
import { FarEnd } from "./farEnd";
import { DisconnectedError, RefusedError } from "./wire";

interface Page {
  connection: Connection;
  up: boolean[];
  heard: string[];
  endings: Ending[];
}

function open(tryAgain = false): Page {
  const page = { up: [], heard: [], endings: [] } as unknown as Page;
  page.connection = new Connection("ws://there/ws", {
    hello: () => ({ type: "join", version: 2, token: "t", name: `try ${FarEnd.all.length}` }),
    message: (message) => page.heard.push(message.type),
    connected: (yes) => page.up.push(yes),
    ended: (ending) => {
      page.endings.push(ending);
      return tryAgain;
    },
  });
  return page;
}

async function joined(): Promise<Page> {
  const page = open();
  FarEnd.last.open().welcome();
  await vi.advanceTimersByTimeAsync(0);
  return page;
}

beforeEach(() => {
  vi.useFakeTimers();
  FarEnd.all = [];
  vi.stubGlobal("WebSocket", FarEnd);
  vi.spyOn(Math, "random").mockReturnValue(0.5);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("says hello once it is open, and is up with the snapshot", async () => {
  const page = open();
  expect(FarEnd.last.sent).toEqual([]);
  FarEnd.last.open();
  expect(FarEnd.last.sent).toMatchObject([{ type: "join", name: "try 1" }]);
  expect(page.connection.isUp).toBe(false);
  FarEnd.last.welcome();
  expect(page).toMatchObject({ up: [true], heard: ["snapshot"] });
});

test("whoever has to wait at the door is up as well", () => {
  const page = open();
  FarEnd.last.open().say(waitingView({ id: 1 }));
  expect(page).toMatchObject({ up: [true], heard: ["waiting"] });
});

test("a page that missed something comes again at once and hears everything", async () => {
  const page = await joined();
  page.connection.renew();
  await vi.advanceTimersByTimeAsync(250);
  FarEnd.last.open().welcome();
  expect(page).toMatchObject({ up: [true, false, true], heard: ["snapshot", "snapshot"] });
});

test("each request gets its own reply", async () => {
  const { connection } = await joined();
  const view = connection.request({ type: "view", tiles: [] });
  const mute = connection.request({ type: "mute" });
  const [, first, second] = FarEnd.last.sent;
  FarEnd.last.say({ type: "refused", id: second?.id ?? 0, code: "not_allowed", text: "no" });
  FarEnd.last.say({ type: "ok", id: first?.id ?? 0 });
  await expect(view).resolves.toMatchObject({ type: "ok" });
  await expect(mute).rejects.toBeInstanceOf(RefusedError);
});

test("what is not a reply is handed on", async () => {
  const page = await joined();
  FarEnd.last.say({ type: "speakers", participants: [] });
  FarEnd.last.say({ type: "refused", id: null, code: "bad_message", text: "" });
  expect(page.heard).toEqual(["snapshot", "speakers", "refused"]);
});

test("a lost socket fails what waits and comes back by itself", async () => {
  const page = await joined();
  const waiting = page.connection.request({ type: "mute" });
  FarEnd.last.close();
  await expect(waiting).rejects.toBeInstanceOf(DisconnectedError);
  await expect(page.connection.request({ type: "mute" })).rejects.toBeInstanceOf(DisconnectedError);
  await vi.advanceTimersByTimeAsync(249);
  expect(FarEnd.all).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  FarEnd.last.open().welcome();
  expect(page.up).toEqual([true, false, true]);
});

test("waits longer each time, and from the start again after a success", async () => {
  await joined();
  const gaps: number[] = [];
  for (let count = 0; count < 6; count++) {
    const from = Date.now();
    const before = FarEnd.all.length;
    FarEnd.last.close();
    while (FarEnd.all.length === before) await vi.advanceTimersByTimeAsync(10);
    gaps.push(Date.now() - from);
    if (count === 4) {
      FarEnd.last.open().welcome();
      await vi.advanceTimersByTimeAsync(0);
    }
  }
  expect(gaps).toEqual([250, 500, 1000, 2000, 4000, 250]);
});

test("asks every 5 s, and takes 12 s of silence for the end", async () => {
  const page = await joined();
  await vi.advanceTimersByTimeAsync(5000);
  const ping = FarEnd.last.sent.find((one) => one.type === "ping");
  FarEnd.last.say({ type: "ok", id: ping?.id ?? 0 });
  await vi.advanceTimersByTimeAsync(11_000);
  expect(page.up).toEqual([true]);
  await vi.advanceTimersByTimeAsync(1500);
  expect(page.up).toEqual([true, false]);
});

test("in a hurry a living socket must answer soon", async () => {
  const page = await joined();
  page.connection.hurry();
  expect(FarEnd.last.sent.at(-1)).toMatchObject({ type: "ping" });
  await vi.advanceTimersByTimeAsync(2000);
  expect(page.up).toEqual([true]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(page.up).toEqual([true, false]);
});

test("a hurry may be greater, and an answer ends it", async () => {
  const page = await joined();
  page.connection.hurry(1000);
  FarEnd.last.say({ type: "ok", id: FarEnd.last.sent.at(-1)?.id ?? 0 });
  await vi.advanceTimersByTimeAsync(1200);
  page.connection.hurry(1000);
  await vi.advanceTimersByTimeAsync(999);
  expect(page.up).toEqual([true]);
  await vi.advanceTimersByTimeAsync(1);
  expect(page.up).toEqual([true, false]);
});

test("in a hurry no pause is waited out", async () => {
  const page = await joined();
  FarEnd.last.close();
  page.connection.hurry();
  expect(FarEnd.all).toHaveLength(2);
  FarEnd.last.open().welcome();
  await vi.advanceTimersByTimeAsync(1000);
  expect(FarEnd.all).toHaveLength(2);
});

test.each(["left", "replaced", "ended", "closed", "declined", "removed"] as const)("bye %s is the end", async (reason) => {
  const page = await joined();
  FarEnd.last.say({ type: "bye", reason });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(page.endings).toEqual([{ why: "bye", reason }]);
  expect(FarEnd.all).toHaveLength(1);
});

test.each([
  ["stopping", 250],
  ["too_slow", 4000],
  ["too_many", 4000],
] as const)("bye %s means: come back after %i ms", async (reason, pause) => {
  const page = await joined();
  FarEnd.last.say({ type: "bye", reason });
  await vi.advanceTimersByTimeAsync(pause - 1);
  expect(FarEnd.all).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(FarEnd.all).toHaveLength(2);
  expect(page.endings).toEqual([]);
});

test("a refused hello may be followed by another one", async () => {
  const stays = open(true);
  FarEnd.last.open();
  FarEnd.last.say({ type: "refused", id: 1, code: "resume_unknown", text: "" });
  await vi.advanceTimersByTimeAsync(0);
  expect(FarEnd.last.sent).toHaveLength(2);
  expect(stays.endings).toHaveLength(1);
});

test("or else it is the end", async () => {
  const goes = open();
  FarEnd.last.open().say({ type: "refused", id: 1, code: "bad_link", text: "" });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(goes.endings).toEqual([{ why: "refused", code: "bad_link" }]);
  expect(FarEnd.all).toHaveLength(1);
});

test("a server that is busy is asked again later", async () => {
  const page = open();
  FarEnd.last.open().say({ type: "refused", id: 1, code: "unavailable", text: "" });
  await vi.advanceTimersByTimeAsync(4000);
  expect(FarEnd.all).toHaveLength(2);
  expect(page.endings).toEqual([]);
});

test("a socket that lost its seat is given up for a new one", async () => {
  const page = await joined();
  const mute = page.connection.request({ type: "mute" });
  FarEnd.last.say({ type: "refused", id: FarEnd.last.sent.at(-1)?.id ?? 0, code: "not_joined", text: "" });
  await expect(mute).rejects.toBeInstanceOf(DisconnectedError);
  await vi.advanceTimersByTimeAsync(250);
  expect(FarEnd.all).toHaveLength(2);
});

test("closed on purpose it stays closed", async () => {
  const page = await joined();
  page.connection.close();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(FarEnd.all).toHaveLength(1);
  expect(page.endings).toEqual([]);
});

test("who left hears no more, and a socket that dies then is not replaced", async () => {
  const page = await joined();
  page.connection.leave();
  expect(FarEnd.last.sent.at(-1)).toMatchObject({ type: "leave" });
  FarEnd.last.say({ type: "bye", reason: "left" });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(FarEnd.last.readyState).toBe(3);
  expect(FarEnd.all).toHaveLength(1);
  expect(page).toMatchObject({ up: [true], heard: ["snapshot"], endings: [] });
});

test("leaving while there is no way to the server ends the tries", async () => {
  const page = await joined();
  FarEnd.last.close();
  page.connection.leave();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(FarEnd.all).toHaveLength(1);
});

test("in a hurry a socket that is still opening has little time left", async () => {
  const { connection } = open();
  connection.hurry();
  await vi.advanceTimersByTimeAsync(2400);
  expect(FarEnd.last.readyState).toBe(0);
  await vi.advanceTimersByTimeAsync(700);
  expect(FarEnd.all[0]?.readyState).toBe(3);
  expect(FarEnd.all).toHaveLength(2);
});
