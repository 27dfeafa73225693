import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Answer, IceServer, SourceName } from "../protocol.gen";
import { Peer } from "./peer";

class Sender {
  done: string[] = [];
  constructor(public encodings: RTCRtpEncodingParameters[]) {}
  getParameters(): object {
    return { encodings: this.encodings.map((one) => ({ ...one })) };
  }
  setParameters({ encodings }: { encodings: RTCRtpEncodingParameters[] }): Promise<void> {
    this.encodings = encodings;
    this.done.push("parameters");
    return Promise.resolve();
  }
  replaceTrack(): Promise<void> {
    this.done.push("track");
    return Promise.resolve();
  }
  get on(): string {
    return this.encodings.filter(({ active }) => active).map(({ rid, scaleResolutionDownBy }) => `${rid}/${scaleResolutionDownBy}`).join(" ");
  }
}

/** As much of a browser's RTCPeerConnection as decides what we offer, and when. */
class Browser {
  lines: { kind: string; direction: string; mid: string | null; codecs: string[]; init: RTCRtpTransceiverInit; sender: Sender }[] = [];
  offers: { iceRestart?: boolean }[] = [];
  answers: string[] = [];
  configured: RTCConfiguration[] = [];
  closed = false;
  connectionState = "new";
  addTransceiver(what: string | { kind: string }, init: RTCRtpTransceiverInit): unknown {
    const kind = typeof what === "string" ? what : what.kind;
    const line = {
      kind,
      direction: init.direction as string,
      mid: null as string | null,
      codecs: [] as string[],
      init,
      sender: new Sender(init.sendEncodings ?? [{}]),
      setCodecPreferences: (codecs: { mimeType: string }[]) => (line.codecs = codecs.map(({ mimeType }) => mimeType)),
    };
    this.lines.push(line);
    return line;
  }
  createOffer(options: { iceRestart: boolean }): Promise<{ sdp: string }> {
    this.offers.push(options);
    return Promise.resolve({ sdp: `offer of ${this.lines.length} lines` });
  }
  setLocalDescription(): Promise<void> {
    this.lines.forEach((line, index) => (line.mid = String(index)));
    return Promise.resolve();
  }
  setRemoteDescription({ sdp }: { sdp: string }): Promise<void> {
    this.answers.push(sdp);
    return Promise.resolve();
  }
  setConfiguration(configuration: RTCConfiguration): void {
    this.configured.push(configuration);
  }
  close(): void {
    this.closed = true;
  }
}

interface Sent {
  sdp: string;
  sources: Record<string, SourceName>;
  fresh: boolean;
  reply(): void;
  fail(error: Error): void;
}

let browser: Browser;
let sent: Sent[];
let failures: unknown[];
let negotiated: number;
let relays: IceServer[];
let lean: boolean;

const camera = (width: number, height: number): MediaStreamTrack =>
  ({ kind: "video", getSettings: () => ({ width, height }) }) as unknown as MediaStreamTrack;

function make(pairs: number, tracks = new Map<SourceName, MediaStreamTrack>()): Peer {
  return new Peer(pairs, tracks, {
    limits: () => ({ most: Infinity, lean }),
    relays: () => relays,
    offer: (sdp, sources, fresh) =>
      new Promise<Answer>((resolve, fail) => {
        const answer: Answer = { type: "answer", id: 1, sdp: `answer ${sent.length + 1}`, peer: 7, slots: [] };
        sent.push({ sdp, sources, fresh, reply: () => resolve(answer), fail });
      }),
    negotiated: () => negotiated++,
    failed: (error) => failures.push(error),
    connectionState: () => undefined,
  });
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

beforeEach(() => {
  browser = new Browser();
  sent = [];
  failures = [];
  negotiated = 0;
  relays = [];
  lean = false;
  vi.stubGlobal("RTCPeerConnection", function (configuration: RTCConfiguration) {
    browser.configured.push(configuration);
    return browser;
  });
  const codecs = ["video/VP8", "video/rtx", "video/H264", "audio/opus", "audio/PCMU"].map((mimeType) => ({ mimeType }));
  vi.stubGlobal("RTCRtpReceiver", { getCapabilities: () => ({ codecs }) });
});

afterEach(() => vi.unstubAllGlobals());

test("m-lines: microphone, camera, screen, screen sound, then slots by pairs", () => {
  make(2);
  expect(browser.lines.map(({ kind, direction }) => `${kind} ${direction}`)).toEqual([
    "audio sendonly",
    "video sendonly",
    "video sendonly",
    "audio sendonly",
    "audio recvonly",
    "video recvonly",
    "audio recvonly",
    "video recvonly",
  ]);
  expect(browser.lines.map(({ init }) => init.sendEncodings?.map(({ rid }) => rid).join())).toEqual(["", "q,h,f", "h,f", "", "", "", "", ""].map((rids) => rids || undefined));
  expect(browser.lines[1]?.codecs).toEqual(["video/VP8", "video/rtx"]);
  expect(browser.lines[4]?.codecs).toEqual(["audio/opus"]);
});

test("a connection that is made with a small camera never sends it smaller still", () => {
  make(1, new Map([["camera", camera(320, 180)]]));
  expect(browser.lines[1]?.sender.on).toBe("q/1");
});

test("a track is put in after its sizes are set, and another size is noticed", async () => {
  const peer = make(1);
  const sender = browser.lines[1]!.sender;
  await peer.setTrack("camera", camera(640, 360));
  expect([sender.on, sender.done]).toEqual(["q/2 h/1", ["parameters", "track"]]);
  let turned = camera(1280, 720);
  await peer.setTrack("camera", turned);
  expect(sender.on).toBe("q/4 h/2 f/1");
  turned.getSettings = () => ({ width: 180, height: 320 });
  peer.look();
  await settle();
  expect(sender.on).toBe("q/1");
});

test("what the server has no use for is off, whatever track comes, until it says otherwise", async () => {
  const peer = make(1);
  const sender = browser.lines[1]!.sender;
  await peer.setTrack("camera", camera(1280, 720));
  peer.setLayers("camera", 1);
  await settle();
  expect(sender.on).toBe("q/4");
  await peer.setTrack("camera", camera(640, 360));
  expect(sender.on).toBe("q/2");
  peer.setLayers("camera", 0);
  await settle();
  expect(sender.on).toBe("");
  await peer.setTrack("camera", null);
  await peer.setTrack("camera", camera(640, 360));
  expect(sender.on).toBe("");
  peer.setLayers("camera", 3);
  await settle();
  expect(sender.on).toBe("q/2 h/1");
});

test("who saves data sends the smallest", async () => {
  const peer = make(1);
  await peer.setTrack("camera", camera(1280, 720));
  lean = true;
  peer.look();
  await settle();
  expect(browser.lines[1]!.sender.on).toBe("q/4");
});

test("the first offer is fresh and names what each sending line carries", async () => {
  const peer = make(1);
  void peer.negotiate();
  await settle();
  expect(sent[0]).toMatchObject({
    fresh: true,
    sources: { 0: "microphone", 1: "camera", 2: "screen", 3: "screen_sound" },
  });
  expect(peer.owesOffer).toBe(true);
  sent[0]?.reply();
  await settle();
  expect(browser.answers).toEqual(["answer 1"]);
  expect(peer).toMatchObject({ id: 7, owesOffer: false });
  expect(negotiated).toBe(1);
});

test("one offer at a time; what comes meanwhile goes into one more", async () => {
  const peer = make(1);
  void peer.negotiate();
  await settle();
  peer.grow(2);
  void peer.negotiate();
  peer.grow(3);
  void peer.negotiate();
  await settle();
  expect(sent).toHaveLength(1);
  sent[0]?.reply();
  await settle();
  expect(sent.map(({ sdp, fresh }) => [sdp, fresh])).toEqual([
    ["offer of 6 lines", true],
    ["offer of 10 lines", false],
  ]);
  sent[1]?.reply();
  await settle();
  expect(sent).toHaveLength(2);
  expect(peer.owesOffer).toBe(false);
});

test("an ICE restart is asked for until an answer came", async () => {
  const peer = make(1);
  void peer.negotiate();
  await settle();
  sent[0]?.reply();
  await settle();
  void peer.restartIce();
  await settle();
  sent[1]?.fail(new Error("the socket is gone"));
  await settle();
  expect(failures).toHaveLength(1);
  expect(peer.owesOffer).toBe(true);
  void peer.negotiate();
  await settle();
  sent[2]?.reply();
  await settle();
  void peer.negotiate();
  await settle();
  expect(browser.offers.map(({ iceRestart }) => iceRestart)).toEqual([false, true, true, false]);
});

test("an ICE restart wished for while another offer is out comes after it", async () => {
  const peer = make(1);
  void peer.negotiate();
  await settle();
  void peer.restartIce();
  sent[0]?.reply();
  await settle();
  expect(browser.offers.map(({ iceRestart }) => iceRestart)).toEqual([false, true]);
});

test("relays are given at the start and then only with an ICE restart: nothing else may become one", async () => {
  const relay = (username: string): IceServer => ({ urls: ["turn:relay.example.org"], username, credential: "c" });
  relays = [relay("first")];
  const peer = make(1);
  void peer.negotiate();
  await settle();
  sent[0]?.reply();
  relays = [relay("second")];
  await settle();
  peer.grow(2);
  void peer.negotiate();
  await settle();
  sent[1]?.reply();
  await settle();
  const given = (): unknown => browser.configured.map(({ iceServers }) => iceServers?.map(({ username }) => username));
  expect(given()).toEqual([["first"]]);
  void peer.restartIce();
  await settle();
  expect(given()).toEqual([["first"], ["second"]]);
  expect(browser.configured.map(({ bundlePolicy }) => bundlePolicy)).toEqual(["max-bundle", "max-bundle"]);
});

test("an answer to a closed connection changes nothing", async () => {
  const peer = make(1);
  void peer.negotiate();
  await settle();
  peer.close();
  sent[0]?.reply();
  await settle();
  expect(browser).toMatchObject({ closed: true, answers: [] });
  expect([negotiated, failures]).toEqual([0, []]);
});
