import { expect, test } from "vitest";
import { heardInStereo } from "./stereo";

const OPUS = "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n";
const STEREO = "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1;stereo=1\r\n";
const line = (kind: string, direction: string, codec: string): string => `m=${kind} 9 UDP/TLS/RTP/SAVPF 111\r\na=${direction}\r\n${codec}a=rtcp-mux\r\n`;

test("slots of sound, and nothing else, are decoded in stereo", () => {
  const session = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n";
  const vp8 = "a=rtpmap:96 VP8/90000\r\na=fmtp:96 x=1\r\n";
  const before = [line("audio", "sendonly", OPUS), line("audio", "recvonly", OPUS), line("video", "recvonly", vp8), line("audio", "recvonly", OPUS)];
  const after = [before[0], line("audio", "recvonly", STEREO), before[2], line("audio", "recvonly", STEREO)];
  expect(heardInStereo(session + before.join(""))).toBe(session + after.join(""));
});

test("who says it already, or has no parameters, is left alone", () => {
  for (const codec of [STEREO, "a=rtpmap:109 opus/48000/2\r\n", "a=rtpmap:0 PCMU/8000\r\n"]) {
    const offer = line("audio", "recvonly", codec);
    expect(heardInStereo(offer)).toBe(offer);
  }
});
