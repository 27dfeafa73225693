/** What we offer of what the browser could: the smaller the offer, the sooner a slow phone is in the room. */

interface Codec {
  readonly mimeType: string;
  readonly sdpFmtpLine?: string;
}

/** Opus, or VP8 with its retransmissions; empty when the browser has none of it (leave its default alone then). */
export function wantedCodecs<C extends Codec>(kind: "audio" | "video", all: readonly C[]): C[] {
  const main = kind === "audio" ? "audio/opus" : "video/vp8";
  const first = all.filter((codec) => codec.mimeType.toLowerCase() === main);
  if (first.length === 0 || kind === "audio") return first;
  return [...first, ...all.filter((codec) => codec.mimeType.toLowerCase() === "video/rtx")];
}

const WANTED_EXTENSIONS = [
  "urn:ietf:params:rtp-hdrext:sdes:mid",
  "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
  "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
  "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
  "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
  "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
];

export interface HeaderExtension {
  uri: string;
  direction: string;
}

export const wantedExtensions = <E extends HeaderExtension>(all: readonly E[]): E[] =>
  all.map((one) => (WANTED_EXTENSIONS.includes(one.uri) ? one : { ...one, direction: "stopped" }));
