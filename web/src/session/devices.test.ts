import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Request } from "../connection/wire";
import type { Me, ServerMessage, Snapshot } from "../protocol.gen";
import type { Ear } from "../media/level";
import { LocalMedia } from "../media/local";
import { Devices } from "./devices";
import { ToldFacts } from "./facts";
import { fakeWindow, type FakeWindow } from "./fakeStorage";
import { me, person, roomView, snapshot, waitingView } from "./samples";

class Track {
  enabled = true;
  muted = false;
  readyState = "live";
  constructor(readonly kind: "audio" | "video") {}
  stop(): void {
    this.readyState = "ended";
  }
  getSettings(): object {
    return { deviceId: this.kind };
  }
}

class Stream {
  constructor(readonly tracks: Track[]) {}
  getTracks(): Track[] {
    return this.tracks;
  }
}

let opened: Track[];
let storage: FakeWindow;

beforeEach(() => {
  opened = [];
  storage = fakeWindow();
  const take = (ask: { audio?: unknown; video?: unknown }): Promise<Stream> => {
    const tracks = (["audio", "video"] as const).filter((kind) => ask[kind]).map((kind) => new Track(kind));
    opened.push(...tracks);
    return Promise.resolve(new Stream(tracks));
  };
  const shared = (): Promise<Stream> => take({ video: true });
  vi.stubGlobal("window", { ...storage, isSecureContext: true });
  vi.stubGlobal("HTMLMediaElement", class {});
  vi.stubGlobal("document", { addEventListener: () => undefined });
  vi.stubGlobal("MediaStream", Stream);
  vi.stubGlobal("navigator", {
    mediaDevices: {
      getUserMedia: take,
      getDisplayMedia: shared,
      enumerateDevices: () => Promise.resolve([]),
      addEventListener: () => undefined,
    },
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** A page in a room: what it sends is in `sent`, `say` is the server's voice. */
function page() {
  const sent: string[] = [];
  let up = true;
  const devices = new Devices({
    request: (request: Request) => {
      sent.push("source" in request ? `${request.type} ${request.source}` : request.type);
      return Promise.resolve();
    },
    isUp: () => up,
    setTrack: () => Promise.resolve(),
  });
  const { local } = devices;
  const facts = new ToldFacts(() => ({ muted: local.muted.value, sources: [...local.tracks.value.keys()] }));
  devices.follow(facts);
  let n = 0;
  const changes = (...list: Extract<ServerMessage, { type: "changes" }>["changes"]): void => {
    facts.take({ type: "changes", n: ++n, changes: list });
    const mine = facts.mine.peek();
    if (mine && list.some(({ type }) => type === "me")) devices.heard(mine);
  };
  const enter = (view: Snapshot = snapshot()): void => {
    n = 0;
    facts.take(view);
    devices.believe(view.me, view.people.find(({ id }) => id === view.you)?.sources ?? [], false);
    devices.run();
  };
  return { devices, local, facts, sent, changes, enter, drop: () => (up = false) };
}

const ALL: Partial<Me> = { may: ["microphone", "camera", "screen", "screen_sound"] };

async function talking(mine: Me = me(ALL)) {
  const made = page();
  made.enter(snapshot({ me: mine }));
  await made.local.request({ camera: true, microphone: true });
  await settle();
  const [microphone, camera] = opened as [Track, Track];
  return { ...made, microphone, camera };
}

test("whatever is held already is told when the person is let in, not while they wait", async () => {
  const { facts, local, devices, sent, enter } = page();
  facts.take(waitingView());
  await local.request({ camera: true, microphone: true });
  devices.run();
  await settle();
  expect(sent).toEqual([]);
  enter();
  expect(sent).toEqual(["publish microphone", "publish camera"]);
});

test("muted by somebody else: the track is silent and the wish is muted", async () => {
  const { local, microphone, changes } = await talking();
  changes({ type: "me", me: me({ ...ALL, muted: true, muted_by: "ana" }) });
  expect([local.muted.value, microphone.enabled]).toEqual([true, false]);
});

test("nobody is unmuted from afar", async () => {
  const { local, changes } = await talking();
  changes({ type: "me", me: me({ ...ALL, muted: true, muted_by: "ana" }) });
  changes({ type: "me", me: me({ ...ALL, asked_by: "ana" }) });
  expect(local.muted.value).toBe(true);
});

test("while the microphone is kept off, unmuting does nothing", async () => {
  const { devices, local, changes, sent } = await talking();
  changes({ type: "me", me: me({ may: ["camera"], muted: true, muted_by: "ana" }) });
  const before = sent.length;
  await devices.setMuted(false);
  await settle();
  expect(local.muted.value).toBe(true);
  expect(sent.slice(before)).toEqual([]);
});

test("a camera that was stopped lets go of the device, and may be started again", async () => {
  const { devices, local, camera, changes, sent } = await talking();
  changes({ type: "me", me: me({ ...ALL, stopped: ["camera"] }) });
  expect(camera.readyState).toBe("ended");
  expect(sent.at(-1)).toBe("unpublish camera");
  changes({ type: "me", me: me(ALL) });
  expect(await devices.setCamera(true)).toBe("ok");
  expect(local.cameraOn.value).toBe(true);
});

test("a camera that is not allowed is not asked for", async () => {
  const { devices } = await talking(me({ may: ["microphone"] }));
  const before = opened.length;
  expect(await devices.setCamera(true)).toBe("ok");
  expect(await devices.startScreen()).toBe("ok");
  expect(opened.length).toBe(before);
});

test("sharing ends when it is not allowed any more", async () => {
  const { devices, local, changes } = await talking();
  await devices.startScreen();
  expect(local.sharing.value).toBe(true);
  changes({ type: "me", me: me() });
  expect(local.sharing.value).toBe(false);
});

test("stepping away silences everything before the server answers, and the camera's light goes out", async () => {
  const { devices, facts, microphone, camera } = await talking();
  facts.stepping.value = true;
  expect([microphone.enabled, camera.readyState, devices.away.value]).toEqual([false, "ended", true]);
});

test("between the answer and the news nothing comes on by itself", async () => {
  const { facts, local, changes, microphone } = await talking();
  facts.stepping.value = true;
  changes({ type: "me", me: me({ ...ALL, resting: "away" }) });
  await settle();
  expect([local.cameraOn.value, microphone.enabled]).toEqual([false, false]);
});

test("back again: as it was before, the own mute included", async () => {
  const { devices, facts, local, changes, microphone } = await talking();
  await devices.setMuted(true);
  facts.stepping.value = true;
  changes({ type: "me", me: me({ ...ALL, muted: true, resting: "away" }) });
  changes({ type: "me", me: me({ ...ALL, muted: true }) });
  await settle();
  expect([local.cameraOn.value, microphone.enabled, devices.away.value]).toEqual([true, false, false]);
});

test("during a break nothing starts; the camera that was wished for is on when they are back", async () => {
  const { devices, local, microphone, changes } = await talking();
  await devices.setCamera(false);
  await devices.setMuted(true);
  changes({ type: "me", me: me({ ...ALL, muted: true, resting: "break" }) });
  const before = opened.length;
  await devices.setCamera(true);
  await devices.setMuted(false);
  await devices.startScreen();
  expect([opened.length, local.cameraOn.value, local.sharing.value, microphone.enabled]).toEqual([before, false, false, false]);
  changes({ type: "me", me: me({ ...ALL, muted: true }) });
  await settle();
  expect([local.cameraOn.value, local.muted.value]).toEqual([true, true]);
});

test("back before the line is: the camera is on, also when the server then hears of both at once", async () => {
  const { facts, local, enter, changes, drop } = await talking();
  drop();
  facts.stepping.value = true;
  facts.stepping.value = false;
  enter(snapshot({ me: me({ ...ALL, resting: "away" }) }));
  changes({ type: "me", me: me(ALL) });
  await settle();
  expect(local.cameraOn.value).toBe(true);
});

test("a camera that was forbidden meanwhile stays off", async () => {
  const { facts, local, changes } = await talking();
  facts.stepping.value = true;
  changes({ type: "me", me: me({ ...ALL, resting: "away" }) });
  changes({ type: "me", me: me({ may: ["microphone"] }) });
  await settle();
  expect(local.cameraOn.value).toBe(false);
});

test("who could not step away is not left in silence", async () => {
  const { facts, local, microphone } = await talking();
  facts.stepping.value = true;
  facts.stepping.value = false;
  await settle();
  expect([microphone.enabled, local.cameraOn.value]).toEqual([true, true]);
});

test("stepped away without a line: still away when the line is back and the server knows nothing of it", async () => {
  const { facts, local, microphone, enter } = await talking();
  facts.stepping.value = true;
  enter(snapshot({ me: me(ALL) }));
  await settle();
  expect([facts.mine.value?.resting, local.cameraOn.value, microphone.enabled]).toEqual(["away", false, false]);
});

test("a break rests everybody; they hear who is back", async () => {
  const { devices, microphone, camera, changes } = await talking();
  changes({ type: "me", me: me({ ...ALL, resting: "break" }) });
  expect([microphone.enabled, camera.readyState, devices.away.value]).toEqual([false, "ended", false]);
});

test("a pause silences participants, not facilitators, nor private talks", async () => {
  const { microphone, camera, changes } = await talking();
  changes({ type: "room", room: roomView({ paused_by: "ana" }) });
  expect([microphone.enabled, camera.enabled]).toEqual([false, false]);
  changes({ type: "room", room: roomView() });
  expect([microphone.enabled, camera.enabled]).toEqual([true, true]);
  changes({ type: "room", room: roomView({ kind: "private", paused_by: "ana" }) });
  expect(microphone.enabled).toBe(true);
  changes({ type: "person", person: person("me", { role: "facilitator" }) });
  changes({ type: "room", room: roomView({ paused_by: "ana" }) });
  expect(microphone.enabled).toBe(true);
});

test("a pause silences pairs, too", async () => {
  const { microphone, changes } = await talking();
  changes({ type: "room", room: roomView({ id: "pair.1", kind: "pair", paused_by: "ana" }) });
  expect(microphone.enabled).toBe(false);
});

test("before going into a room that changed meanwhile nothing is sent; then all is as it was", async () => {
  const { local, microphone, camera, enter, changes } = await talking();
  enter(snapshot({ me: me({ ...ALL, resting: "arriving" }), room: roomView({ id: "pair.1", kind: "pair" }) }));
  expect([microphone.enabled, camera.readyState]).toEqual([false, "ended"]);
  changes({ type: "me", me: me(ALL) });
  await settle();
  expect([microphone.enabled, local.cameraOn.value]).toEqual([true, true]);
});

test("a reload into a room that changed: the camera that was on its way comes after going in", async () => {
  await talking();
  const { devices, local, enter, changes } = page();
  const taking = devices.takeAgain();
  enter(snapshot({ me: me({ ...ALL, resting: "arriving" }), room: roomView({ id: "pair.1", kind: "pair" }) }));
  await taking;
  expect(local.cameraOn.value).toBe(false);
  changes({ type: "me", me: me(ALL) });
  await settle();
  expect(local.cameraOn.value).toBe(true);
});

test("a page that reloads while its person is away opens no camera before they are back", async () => {
  const first = await talking();
  first.facts.stepping.value = true;
  first.changes({ type: "me", me: me({ ...ALL, resting: "away" }) });
  opened = [];
  const { devices, local, changes, enter } = page();
  await devices.takeAgain();
  expect(opened.map(({ kind, enabled }) => [kind, enabled])).toEqual([["audio", false]]);
  enter(snapshot({ me: me({ ...ALL, resting: "away" }) }));
  expect(local.cameraOn.value).toBe(false);
  changes({ type: "me", me: me(ALL) });
  await settle();
  expect(local.cameraOn.value).toBe(true);
});

/** A page whose microphone is heard as loud as the test says. */
async function heard(mine: Me = me(ALL)) {
  const listen = vi.spyOn(LocalMedia.prototype, "listen");
  const made = await talking(mine);
  const ear = (): Ear | null => listen.mock.lastCall?.[0] ?? null;
  const speak = (): void => {
    for (let level = 0; level < 10; level++) ear()?.(1, false);
  };
  return { ...made, ear, speak };
}

test("whoever speaks while muted by their own choice is told, until they unmute", async () => {
  const { devices, speak } = await heard();
  speak();
  expect(devices.microphoneHint.value).toBeNull();
  await devices.setMuted(true);
  speak();
  expect(devices.microphoneHint.value).toBe("talking");
  await devices.setMuted(false);
  speak();
  expect(devices.microphoneHint.value).toBeNull();
});

test.each([
  ["muted by a facilitator", me({ ...ALL, muted: true, muted_by: "ana" })],
  ["not allowed to speak", me({ may: ["camera"], muted: true })],
])("who is %s knows it, and is not told", async (_, mine) => {
  const { devices, speak, changes } = await heard();
  changes({ type: "me", me: mine });
  speak();
  expect(devices.microphoneHint.value).toBeNull();
});

test("nobody's microphone is listened to in a pause, a break or after they left", async () => {
  const { ear, facts, changes } = await heard();
  expect(ear()).not.toBeNull();
  changes({ type: "room", room: roomView({ paused_by: "ana" }) });
  expect(ear()).toBeNull();
  changes({ type: "room", room: roomView() });
  changes({ type: "me", me: me({ ...ALL, resting: "break" }) });
  expect(ear()).toBeNull();
  changes({ type: "me", me: me(ALL) });
  expect(ear()).not.toBeNull();
  facts.forget();
  expect(ear()).toBeNull();
});
