/**
 * Does media still reach us? Pure: a count of received bytes every quarter of a second goes in, what to do comes out.
 * The server sends RTCP at least every 500 ms, so silence means the path, not quiet people. Times in ms.
 */

/** Signalling may be gone by the same cause: whether it is should be known when an offer is to be made. */
export const QUIET_MS = 750;
export const SILENCE_MS = 1500;
/** After an ICE restart was offered. Lower gives up on slow lines, higher leaves people alone. */
export const RESTART_MS = 5000;
/** From the answer to the first packet: handshakes on a slow phone. */
export const CONNECT_MS = 10_000;
/** A timer this late was asleep with its page: what it did not see proves nothing. */
const ASLEEP_MS = 2000;

export type Path = "connecting" | "flowing" | "quiet" | "restarting" | "broken";
export type Remedy = "ask" | "restart" | "renew" | null;

export interface Watch {
  readonly path: Path;
  readonly bytes: number;
  /** When `path` began, or for "flowing" and "quiet" when the last bytes came. */
  readonly since: number;
  readonly seenAt: number;
}

export const startWatch = (now: number): Watch => ({ path: "connecting", bytes: 0, since: now, seenAt: now });

export function watchStep(watch: Watch, now: number, bytes: number): [Watch, Remedy] {
  const asleep = now - watch.seenAt > ASLEEP_MS;
  const next = { ...watch, bytes, seenAt: now };
  if (bytes !== watch.bytes && bytes > 0) return [{ ...next, path: "flowing", since: now }, null];
  if (asleep) return [{ ...next, since: now }, null];
  const passed = now - watch.since;
  if (isOpen(watch) && passed >= SILENCE_MS) return restart(next, now);
  if (watch.path === "flowing" && passed >= QUIET_MS) return [{ ...next, path: "quiet" }, "ask"];
  if (watch.path === "restarting" && passed >= RESTART_MS) return renew(next, now);
  if (watch.path === "connecting" && passed >= CONNECT_MS) return renew(next, now);
  return [next, null];
}

/** The network is known to have changed: do not wait for silence. */
export const networkChanged = (watch: Watch, now: number): [Watch, Remedy] =>
  isOpen(watch) || watch.path === "restarting" ? restart(watch, now) : [watch, null];

/** The browser itself says "disconnected": Firefox at once when its address is gone, others long after us. */
export const pathLost = (watch: Watch, now: number): [Watch, Remedy] =>
  isOpen(watch) ? restart(watch, now) : [watch, null];

/** The browser itself says "failed". */
export const pathFailed = (watch: Watch, now: number): [Watch, Remedy] =>
  watch.path === "broken" ? [watch, null] : renew(watch, now);

/** As far as is known. */
export const isOpen = ({ path }: Watch): boolean => path === "flowing" || path === "quiet";

const restart = (watch: Watch, now: number): [Watch, Remedy] => [
  { ...watch, path: "restarting", since: now },
  "restart",
];

const renew = (watch: Watch, now: number): [Watch, Remedy] => [{ ...watch, path: "broken", since: now }, "renew"];

interface StatsEntry {
  readonly type: string;
  readonly bytesReceived?: number;
}

/** Bytes over all paths. Firefox counts on candidate pairs only, Chromium on both. */
export function receivedBytes(stats: Iterable<StatsEntry>): number {
  let transport = 0;
  let pairs = 0;
  for (const entry of stats) {
    if (entry.type === "transport") transport += entry.bytesReceived ?? 0;
    else if (entry.type === "candidate-pair") pairs += entry.bytesReceived ?? 0;
  }
  return transport || pairs;
}
