/** Sound that somebody shares has two channels. Pure. */

/**
 * An offer whose slots decode both: Chromium mixes them into one unless its own offer says `stereo=1` (RFC 7587 6.1),
 * and has no other way to be told. Any slot may come to carry shared sound; a voice costs no more by it.
 */
export function heardInStereo(offer: string): string {
  const [session, ...lines] = offer.split(/^(?=m=)/m);
  return [session, ...lines.map((line) => (/^m=audio /.test(line) && /^a=recvonly\r?$/m.test(line) ? stereo(line) : line))].join("");
}

function stereo(line: string): string {
  const opus = /^a=rtpmap:(\d+) opus\/48000\/2\r?$/im.exec(line)?.[1];
  return line.replace(new RegExp(`^(a=fmtp:${opus} (?!.*\\bstereo=).*?)(\\r?)$`, "m"), "$1;stereo=1$2");
}
