/** What we offer of what the browser could: the smaller the offer, the sooner a slow phone is in the room. */

interface Codec {
  readonly mimeType: string;
  readonly sdpFmtpLine?: string;
}

/**
 * Opus, or VP8 with its retransmissions; empty when the browser has none of it (leave its default alone then). Who
 * listens takes Opus twice, too: the server sends it so where the line loses much.
 */
export function wantedCodecs<C extends Codec>(kind: "audio" | "video", all: readonly C[], sends: boolean): C[] {
  const named = (name: string): C[] => all.filter((codec) => codec.mimeType.toLowerCase() === name);
  const first = named(kind === "audio" ? "audio/opus" : "video/vp8");
  if (first.length === 0 || (kind === "audio" && sends)) return first;
  return [...first, ...named(kind === "audio" ? "audio/red" : "video/rtx")];
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
