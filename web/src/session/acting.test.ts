import { afterEach, expect, test, vi } from "vitest";
import { DisconnectedError, RefusedError, type Reply, type Request } from "../connection/wire";
import { Acts } from "./acting";

const done: Reply = { type: "ok", id: 1 };

function acts(request: (request: Request) => Promise<Reply>) {
  const log: string[] = [];
  const note = (what: string) => () => void log.push(what);
  const made = new Acts({
    request: (asked) => (log.push(asked.type), request(asked)),
    stepAway: note("silent"),
    stay: note("as before"),
    prime: note("sound allowed"),
  });
  return { made, log };
}

afterEach(() => vi.unstubAllGlobals());

test("a request is answered in words of its own, never thrown", async () => {
  expect(await acts(async () => done).made.act({ type: "raise_hand" })).toEqual({ ok: true });
  const refused = acts(() => Promise.reject(new RefusedError("not_now", ""))).made;
  expect(await refused.act({ type: "raise_hand" })).toEqual({ ok: false, code: "not_now" });
  const lost = acts(() => Promise.reject(new DisconnectedError())).made;
  expect(await lost.act({ type: "raise_hand" })).toEqual({ ok: false, code: "unreachable" });
});

test("stepping away is silent before it is asked for", async () => {
  const { made, log } = acts(async () => done);
  await made.act({ type: "step_away" });
  expect(log).toEqual(["silent", "step_away"]);
});

test("and undone when it is refused", async () => {
  const { made, log } = acts(() => Promise.reject(new RefusedError("waiting", "")));
  await made.act({ type: "step_away" });
  made.again();
  expect(log).toEqual(["silent", "step_away", "as before"]);
});

test("without a line it stays silent, and is asked again when there is one", async () => {
  let line = false;
  const { made, log } = acts(() => (line ? Promise.resolve(done) : Promise.reject(new DisconnectedError())));
  expect(await made.act({ type: "step_away" })).toEqual({ ok: false, code: "unreachable" });
  line = true;
  made.again();
  await new Promise((resolve) => setTimeout(resolve));
  made.again();
  expect(log).toEqual(["silent", "step_away", "silent", "step_away"]);
});

test("who comes back before the line does is back, whatever was asked before", async () => {
  const { made, log } = acts(() => Promise.reject(new DisconnectedError()));
  const away = made.act({ type: "step_away" });
  await made.act({ type: "come_back" });
  await away;
  made.again();
  expect(log).toEqual(["silent", "step_away", "as before", "come_back", "as before", "come_back"]);
});

test("who left wants nothing any more", async () => {
  const { made, log } = acts(() => Promise.reject(new DisconnectedError()));
  await made.act({ type: "step_away" });
  made.forget();
  made.again();
  expect(log).toEqual(["silent", "step_away", "as before"]);
});

test("the tap that takes the group on the phone allows its sound", async () => {
  const { made, log } = acts(async () => done);
  await made.act({ type: "take_seat" });
  expect(log).toEqual(["sound allowed", "take_seat"]);
});

test("the phone's link carries its code where no server log sees it", async () => {
  vi.stubGlobal("location", { origin: "https://there" });
  const { made } = acts(async () => ({ type: "standby", id: 1, token: "once", until: 120 }));
  expect(await made.makeStandby()).toEqual({ url: "https://there/standby#once", until: 120 });
  expect(await acts(() => Promise.reject(new DisconnectedError())).made.makeStandby()).toBeNull();
});
