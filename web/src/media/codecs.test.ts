import { expect, test } from "vitest";
import { wantedCodecs, wantedExtensions } from "./codecs";

const codecs = (...names: string[]): { mimeType: string }[] => names.map((mimeType) => ({ mimeType }));
const names = (list: { mimeType: string }[]): string[] => list.map(({ mimeType }) => mimeType);

test("video is VP8 and its retransmissions, in that order", () => {
  expect(names(wantedCodecs("video", codecs("video/rtx", "video/H264", "video/VP8", "video/red"), false))).toEqual([
    "video/VP8",
    "video/rtx",
  ]);
});

test("sound is Opus, and to who listens it may come twice", () => {
  const all = codecs("audio/red", "audio/opus", "audio/PCMU");
  expect(names(wantedCodecs("audio", all, true))).toEqual(["audio/opus"]);
  expect(names(wantedCodecs("audio", all, false))).toEqual(["audio/opus", "audio/red"]);
});

test("a browser without VP8 keeps its own list", () => {
  expect(wantedCodecs("video", codecs("video/H264", "video/rtx"), true)).toEqual([]);
});

test("extensions that the server does not read are not offered", () => {
  const mid = "urn:ietf:params:rtp-hdrext:sdes:mid";
  const after = wantedExtensions([
    { uri: mid, direction: "sendrecv" },
    { uri: "urn:3gpp:video-orientation", direction: "sendrecv" },
  ]);
  expect(after.map(({ direction }) => direction)).toEqual(["sendrecv", "stopped"]);
});
