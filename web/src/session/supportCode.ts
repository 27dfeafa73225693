/** Six digits by which support finds a person's link today, without a name. The page can say them before any answer. */

const CODES = 1_000_000n;

/** `linkHash`: SHA-256 of the link's token, hex. `day`: YYYY-MM-DD in UTC. */
export async function supportCode(linkHash: string, day: string): Promise<string> {
  const key = await crypto.subtle.importKey("raw", bytesOf(linkHash), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const digest = new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(day)));
  const number = digest.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return String(number % CODES).padStart(6, "0");
}

/** The UTC day at `now` (ms since 1970): the same for the page and for whoever is called. */
export const utcDay = (now: number): string => new Date(now).toISOString().slice(0, 10);

/** As it is read aloud: "234 769". */
export const spoken = (code: string): string => `${code.slice(0, 3)} ${code.slice(3)}`;

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
