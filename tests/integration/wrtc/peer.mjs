// A person in a room by libwebrtc (@roamhq/wrtc). node peer.mjs LINK NAME RED GREEN BLUE PITCH
// Tells what it decodes as JSON lines on stdout; ends when stdin does.
import wrtc from "@roamhq/wrtc";
import WebSocket from "ws";

const [link, name, red, green, blue, pitch] = process.argv.slice(2);
const { RTCPeerConnection, nonstandard } = wrtc;
const WIDTH = 320, HEIGHT = 180, PAIRS = 3;
const SOUND = 24000; // samples told at once: half a second

const tell = (message) => process.stdout.write(JSON.stringify(message) + "\n");
const url = new URL(link);
const socket = new WebSocket(`${url.protocol === "https:" ? "wss" : "ws"}://${url.host}/ws`);
const replies = new Map();
let nextId = 1;

function request(message) {
  const id = nextId++;
  socket.send(JSON.stringify({ ...message, id }));
  return new Promise((resolve, reject) => replies.set(id, { resolve, reject }));
}

socket.on("message", (data) => {
  const message = JSON.parse(data.toString());
  const reply = replies.get(message.id);
  if (reply) {
    replies.delete(message.id);
    message.type === "refused" ? reply.reject(new Error(JSON.stringify(message))) : reply.resolve(message);
  }
  if (message.type === "slots" || message.type === "snapshot") tell({ type: "slots", slots: message.slots });
});
socket.on("close", () => process.exit(0));

function microphone() {
  const source = new nonstandard.RTCAudioSource();
  let at = 0;
  setInterval(() => {
    const samples = new Int16Array(480);
    for (let i = 0; i < 480; i++, at++) {
      let value = 0;
      for (let harmonic = 1; harmonic <= 8; harmonic++) {
        value += Math.sin((2 * Math.PI * pitch * harmonic * at) / 48000) / harmonic;
      }
      samples[i] = 4000 * value;
    }
    source.onData({ samples, sampleRate: 48000, bitsPerSample: 16, channelCount: 1, numberOfFrames: 480 });
  }, 10);
  return source.createTrack();
}

function camera() {
  const source = new nonstandard.RTCVideoSource();
  const rgba = new Uint8ClampedArray(WIDTH * HEIGHT * 4);
  const i420 = { width: WIDTH, height: HEIGHT, data: new Uint8ClampedArray((WIDTH * HEIGHT * 3) / 2) };
  let frame = 0;
  setInterval(() => {
    const edge = (frame++ * 4) % WIDTH;
    for (let i = 0; i < WIDTH * HEIGHT; i++) {
      const bar = i % WIDTH >= edge && i % WIDTH < edge + 20 && i / WIDTH > 60;
      rgba.set(bar ? [255, 255, 255, 255] : [red, green, blue, 255], i * 4);
    }
    nonstandard.rgbaToI420({ width: WIDTH, height: HEIGHT, data: rgba }, i420);
    source.onFrame(i420);
  }, 1000 / 15);
  return source.createTrack();
}

function watch(mid, track) {
  let frames = 0;
  new nonstandard.RTCVideoSink(track).onframe = ({ frame }) => {
    const rgba = new Uint8ClampedArray(frame.width * frame.height * 4);
    nonstandard.i420ToRgba(frame, { width: frame.width, height: frame.height, data: rgba });
    const at = (10 * frame.width + 10) * 4;
    tell({ type: "picture", mid, frames: ++frames, width: frame.width, corner: [...rgba.slice(at, at + 3)] });
  };
}

function listen(mid, track) {
  let kept = [];
  new nonstandard.RTCAudioSink(track).ondata = ({ samples, sampleRate, channelCount }) => {
    for (let i = 0; i < samples.length; i += channelCount) kept.push(samples[i]);
    if (kept.length * 48000 >= SOUND * sampleRate) {
      tell({ type: "sound", mid, rate: sampleRate, samples: kept });
      kept = [];
    }
  };
}

async function enter() {
  const snapshot = await request({ type: "join", version: 2, token: url.hash.slice(1), name });
  tell({ type: "joined", you: snapshot.you });
  const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  pc.onconnectionstatechange = () => tell({ type: "state", state: pc.connectionState });
  const sending = {
    microphone: pc.addTransceiver(microphone(), { direction: "sendonly" }),
    camera: pc.addTransceiver(camera(), { direction: "sendonly" }),
  };
  const slots = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    for (const kind of ["audio", "video"]) slots.push(pc.addTransceiver(kind, { direction: "recvonly" }));
  }
  await pc.setLocalDescription(await pc.createOffer());
  const sources = Object.fromEntries(Object.entries(sending).map(([source, line]) => [line.mid, source]));
  const answer = await request({ type: "offer", sdp: pc.localDescription.sdp, sources, fresh: true });
  await pc.setRemoteDescription({ type: "answer", sdp: answer.sdp });
  for (const line of slots) (line.receiver.track.kind === "video" ? watch : listen)(line.mid, line.receiver.track);
  await request({ type: "publish", source: "microphone" });
  await request({ type: "publish", source: "camera" });
  setInterval(async () => {
    await request({ type: "ping" });
    const stats = [...(await pc.getStats()).values()];
    tell({ type: "stats", stats: stats.filter((s) => ["inbound-rtp", "outbound-rtp", "candidate-pair", "remote-inbound-rtp"].includes(s.type)) });
  }, 1000);
}

socket.on("open", () => enter().catch((error) => { tell({ type: "failed", text: String(error) }); process.exit(1); }));
process.stdin.on("end", async () => {
  await request({ type: "leave" });
  process.exit(0);
}).resume();
