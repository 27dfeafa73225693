import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { audioConstraints, capture, videoConstraints } from "./capture";

const named = (name: string): Error => Object.assign(new Error(name), { name });
let asked: MediaStreamConstraints[];

/** What the browser answers, one after the other. */
function browser(...answers: (Error | object)[]): void {
  const getUserMedia = (constraints: MediaStreamConstraints): Promise<object> => {
    asked.push(constraints);
    const answer = answers.shift() ?? {};
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia } });
}

beforeEach(() => {
  asked = [];
  vi.stubGlobal("window", { isSecureContext: true });
});

afterEach(() => vi.unstubAllGlobals());

test.each([
  ["NotAllowedError", "denied"],
  ["NotFoundError", "none"],
  ["NotReadableError", "none"],
])("%s means %s", async (name, answer) => {
  browser(named(name));
  expect(await capture({ audio: audioConstraints(null) })).toEqual({ answer, stream: null });
  expect(asked).toHaveLength(1);
});

test("a chosen device that is gone gives way to any other", async () => {
  browser(named("OverconstrainedError"));
  const taken = await capture({ audio: audioConstraints("gone"), video: videoConstraints("gone", null) });
  expect(taken.answer).toBe("ok");
  expect(asked[1]).toEqual({ audio: audioConstraints(null), video: videoConstraints(null, null) });
});

test.each([
  ["a laptop", "Mozilla/5.0 (Macintosh)", 8, 1280, 720],
  ["a small machine", "Mozilla/5.0 (X11; Linux)", 2, 640, 360],
  ["a phone", "Mozilla/5.0 (iPhone)", 8, 640, 360],
])("%s is asked for what it can encode", (_, userAgent, hardwareConcurrency, width, height) => {
  vi.stubGlobal("navigator", { userAgent, hardwareConcurrency });
  expect(videoConstraints(null, null)).toMatchObject({ width: { ideal: width }, height: { ideal: height } });
});

test("a page without getUserMedia is unsupported, one without https insecure", async () => {
  vi.stubGlobal("navigator", { mediaDevices: {} });
  expect((await capture({ audio: true })).answer).toBe("unsupported");
  vi.stubGlobal("window", { isSecureContext: false });
  expect((await capture({ audio: true })).answer).toBe("insecure");
});
