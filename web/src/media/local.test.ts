import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LocalMedia } from "./local";

class Track {
  enabled = true;
  muted = false;
  readyState = "live";
  onended: (() => void) | null = null;
  onmute: (() => void) | null = null;
  onunmute: (() => void) | null = null;
  constructor(
    readonly kind: "audio" | "video",
    readonly settings: { deviceId: string; groupId: string },
    readonly label: string,
  ) {}
  stop(): void {
    this.readyState = "ended";
  }
  getSettings(): object {
    return this.settings;
  }
  /** Not by `stop`: somebody else ended it. */
  end(): void {
    this.readyState = "ended";
    this.onended?.();
  }
}

class Stream {
  constructor(readonly tracks: Track[]) {}
  getTracks(): Track[] {
    return this.tracks;
  }
}

type Ask = { audio?: unknown; video?: unknown };
const device = (kind: string, deviceId: string): object => ({ kind: `${kind}input`, deviceId, groupId: `of ${deviceId}`, label: deviceId });

let here: object[];
let asked: string[];
let opened: Track[];
let refuse: (kinds: string) => string | null;
let granted: string[];
let devicechange: () => void;

const held = (local: LocalMedia): string[] => [...local.tracks.value.keys()].sort();
const last = (): Track => opened.at(-1) as Track;

beforeEach(() => {
  here = [device("audio", "mic"), device("video", "cam")];
  [asked, opened, granted] = [[], [], []];
  refuse = () => null;
  const getUserMedia = (ask: Ask): Promise<Stream> => {
    const kinds = (["audio", "video"] as const).filter((kind) => ask[kind]);
    asked.push(kinds.join("+"));
    const name = refuse(kinds.join("+"));
    if (name) return Promise.reject(Object.assign(new Error(name), { name }));
    const first = (kind: string) => here.find((one) => (one as MediaDeviceInfo).kind === `${kind}input`) as MediaDeviceInfo;
    const tracks = kinds.map((kind) => new Track(kind, { deviceId: first(kind).deviceId, groupId: first(kind).groupId }, first(kind).label));
    opened.push(...tracks);
    return Promise.resolve(new Stream(tracks));
  };
  const query = ({ name }: { name: string }) => Promise.resolve({ state: granted.includes(name) ? "granted" : "denied" });
  vi.stubGlobal("window", { isSecureContext: true });
  vi.stubGlobal("HTMLMediaElement", class {});
  vi.stubGlobal("document", { addEventListener: () => undefined });
  vi.stubGlobal("MediaStream", Stream);
  vi.stubGlobal("navigator", {
    mediaDevices: { getUserMedia, enumerateDevices: () => Promise.resolve(here), addEventListener: (_: string, told: () => void) => (devicechange = told) },
    permissions: { query },
  });
});

afterEach(() => vi.unstubAllGlobals());

async function inUse(what = { camera: true, microphone: true }): Promise<LocalMedia> {
  const local = new LocalMedia(() => undefined);
  expect(await local.request(what)).toBe("ok");
  return local;
}

const plug = (): Promise<void> => (devicechange(), settle());
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test("camera off stops the track", async () => {
  const local = await inUse({ camera: true, microphone: false });
  await local.setCamera(false);
  expect(last().readyState).toBe("ended");
  expect(local.preview.value).toBeNull();
});

test("a camera that is refused does not take the microphone with it", async () => {
  refuse = (kinds) => (kinds.includes("video") ? "NotAllowedError" : null);
  granted = ["microphone"];
  const local = new LocalMedia(() => undefined);
  expect(await local.request({ camera: true, microphone: true })).toBe("denied");
  expect(held(local)).toEqual(["microphone"]);
});

test("who refused both is not asked a second time", async () => {
  refuse = () => "NotAllowedError";
  const local = new LocalMedia(() => undefined);
  expect(await local.request({ camera: true, microphone: true })).toBe("denied");
  expect(asked).toEqual(["audio+video"]);
});

test("without a camera the microphone comes alone", async () => {
  refuse = (kinds) => (kinds.includes("video") ? "NotFoundError" : null);
  const local = new LocalMedia(() => undefined);
  expect(await local.request({ camera: true, microphone: true })).toBe("ok");
  expect(held(local)).toEqual(["microphone"]);
});

test("an unplugged microphone gives way to another, muted as before", async () => {
  const local = await inUse({ camera: false, microphone: true });
  local.setMuted(true);
  here = [device("audio", "other")];
  last().end();
  await settle();
  expect(local.microphoneDevice.value).toBe("other");
  expect(last()).toMatchObject({ readyState: "live", enabled: false });
});

test("so it does when both are called default", async () => {
  here = [{ ...device("audio", "default"), groupId: "headset" }];
  const local = await inUse({ camera: false, microphone: true });
  here = [{ ...device("audio", "default"), groupId: "laptop" }];
  last().end();
  await settle();
  expect(held(local)).toEqual(["microphone"]);
});

test("a camera that was taken away is not turned on again", async () => {
  const local = await inUse({ camera: true, microphone: false });
  last().end();
  await settle();
  expect(asked).toEqual(["video"]);
  expect(held(local)).toEqual([]);
});

test("after a call the microphone is taken again when the system kept it", async () => {
  const local = await inUse({ camera: false, microphone: true });
  const before = last();
  before.onmute?.();
  expect(local.microphone.value).toBe("interrupted");
  expect(await local.unmute()).toBe("ok");
  expect(local.microphone.value).toBe("on");
  expect([before.readyState, last().readyState]).toEqual(["ended", "live"]);
});

test("who was muted before the call stays it, and is not called back", async () => {
  const local = await inUse({ camera: false, microphone: true });
  local.setMuted(true);
  last().onmute?.();
  expect(local.microphone.value).toBe("off");
});

test("a microphone that cannot be opened leaves the old one", async () => {
  const local = await inUse({ camera: false, microphone: true });
  refuse = () => "NotReadableError";
  expect(await local.chooseMicrophone("other")).toBe("none");
  expect(local.microphoneDevice.value).toBe("mic");
  expect(last().readyState).toBe("live");
});

test("flipping stops the old camera before it asks for the other", async () => {
  const local = await inUse({ camera: true, microphone: false });
  const before = last();
  let stopped = "";
  refuse = () => {
    stopped = before.readyState;
    return null;
  };
  await local.flipCamera();
  expect(stopped).toBe("ended");
  expect(held(local)).toEqual(["camera"]);
});

test("what took the place of an unplugged microphone is told; so is that nothing did", async () => {
  const local = await inUse({ camera: false, microphone: true });
  here = [device("audio", "other")];
  last().end();
  await settle();
  expect(local.news.value).toEqual({ source: "microphone", became: "replaced", label: "other" });
  last().end();
  await settle();
  expect(local.news.value).toMatchObject({ source: "microphone", became: "stopped" });
  await local.unmute();
  expect(local.news.value).toBeNull();
});

test("a camera that stopped is no news any more once the person turned it off or on", async () => {
  const local = await inUse({ camera: true, microphone: false });
  last().end();
  await settle();
  expect(local.news.value).toMatchObject({ source: "camera", became: "stopped" });
  await local.setCamera(true);
  expect(local.news.value).toBeNull();
});

test("the system's new choice of a microphone is followed", async () => {
  here = [{ ...device("audio", "default"), groupId: "laptop" }];
  const local = await inUse({ camera: false, microphone: true });
  const before = last();
  here = [{ ...device("audio", "default"), groupId: "headset", label: "Headset" }];
  await plug();
  expect([before.readyState, last().readyState]).toEqual(["ended", "live"]);
  expect(local.news.value).toEqual({ source: "microphone", became: "replaced", label: "Headset" });
});

test("whoever chose a microphone keeps it when another comes, and is told of it", async () => {
  const local = await inUse({ camera: false, microphone: true });
  here = [...here, device("audio", "headset")];
  await plug();
  expect(asked).toEqual(["audio"]);
  expect(local.news.value).toEqual({ source: "microphone", became: "found", label: "headset" });
});

test("what ended while the page slept is found when it wakes up", async () => {
  const local = await inUse({ camera: false, microphone: true });
  here = [device("audio", "other")];
  last().readyState = "ended";
  local.lookAfter();
  await settle();
  expect(local.microphoneDevice.value).toBe("other");
  expect(held(local)).toEqual(["microphone"]);
});
