import { expect, test, vi } from "vitest";
import { RefusedError, type Request } from "../connection/wire";
import type { SourceName } from "../protocol.gen";
import { Sync } from "./sync";

/** A page whose requests are answered by `reply`; `sent` is the log. */
function page(reply: (request: Request) => Promise<unknown> = () => Promise.resolve()) {
  const state = { muted: false, sources: new Set<SourceName>(), sent: [] as string[] };
  const sync = new Sync({
    muted: () => state.muted,
    sources: () => state.sources,
    request: (request) => {
      state.sent.push("source" in request ? `${request.type} ${request.source}` : request.type);
      return reply(request);
    },
    unmuteRefused: () => (state.muted = true),
  });
  return { state, sync };
}

test("tells what differs, once", async () => {
  const { state, sync } = page();
  state.sources = new Set(["microphone"]);
  state.muted = true;
  sync.believe(false, ["camera"], true);
  sync.run();
  sync.run();
  await Promise.resolve();
  expect(state.sent).toEqual(["publish microphone", "unpublish camera", "mute"]);
});

test("a change of mind while asking is told after the reply", async () => {
  const replies: (() => void)[] = [];
  const { state, sync } = page(() => new Promise<void>((resolve) => replies.push(resolve)));
  state.muted = true;
  sync.run();
  state.muted = false;
  sync.run();
  expect(state.sent).toEqual(["mute"]);
  replies[0]?.();
  await vi.waitFor(() => expect(state.sent).toEqual(["mute", "unmute"]));
});

test("a mute that was not ours must be followed; ours must not", () => {
  const { state, sync } = page();
  expect(sync.heardMuted(true)).toBe(true);
  state.muted = true;
  expect(sync.heardMuted(true)).toBe(false);
});

test("the echo of our own mute does not undo a change of mind", async () => {
  const { state, sync } = page(() => new Promise(() => undefined));
  state.muted = true;
  sync.run();
  state.muted = false;
  expect(sync.heardMuted(true)).toBe(false);
});

test("nobody is unmuted by the server", async () => {
  const { state, sync } = page();
  state.muted = true;
  sync.believe(true, [], false);
  expect(sync.heardMuted(false)).toBe(false);
  sync.run();
  await Promise.resolve();
  expect(state.sent).toEqual(["mute"]);
});

test("a snapshot imposes a mute that somebody else made, or that the last page left", () => {
  expect(page().sync.believe(true, [], true)).toBe(true);
  expect(page().sync.believe(true, [], false)).toBe(true);
  const { sync } = page();
  sync.believe(true, [], true);
  expect(sync.believe(true, [], false)).toBe(false);
});

test("when the server does not let us speak, we are muted", async () => {
  const { state, sync } = page(() => Promise.reject(new RefusedError("not_allowed", "")));
  sync.believe(true, [], true);
  sync.run();
  await vi.waitFor(() => expect(state.muted).toBe(true));
});

test("a publish that could not be stored is tried again", async () => {
  vi.useFakeTimers();
  let refuse = true;
  const { state, sync } = page(() =>
    refuse ? Promise.reject(new RefusedError("unavailable", "")) : Promise.resolve(),
  );
  state.sources = new Set(["camera"]);
  sync.run();
  await vi.advanceTimersByTimeAsync(10);
  refuse = false;
  await vi.advanceTimersByTimeAsync(5000);
  expect(state.sent).toEqual(["publish camera", "publish camera"]);
  vi.useRealTimers();
});

test("while devices are asked for again, what is missing is not unpublished", () => {
  const { state, sync } = page();
  sync.believe(false, ["camera"], true);
  sync.paused = true;
  sync.run();
  expect(state.sent).toEqual([]);
});
