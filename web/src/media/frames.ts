/**
 * Whose frame is this, and is it fresh? Pure. A slot is given from one person to another without the browser
 * noticing; the server says from which RTP timestamp on the frames are the new person's. Times in ms.
 */

export const STOPPED_MS = 2000;
/** No timestamp on frames (older browsers): what was on its way when `flowing` came has arrived by then. */
const SETTLE_MS = 400;
/** `flowing` was lost with the signalling: the server has long emptied what it held of somebody else. */
const UNTOLD_MS = 3000;

export interface Gate {
  /** When the page learned that this slot is this person's. */
  readonly mappedAt: number;
  /** True: a `flowing` for it will come, or came. False: it may have been missed. */
  readonly told: boolean;
  readonly from: number | null;
  readonly fromAt: number;
  readonly open: boolean;
  readonly frameAt: number;
  readonly stopped: boolean;
}

export const closedGate = (now: number, told: boolean): Gate => ({
  mappedAt: now,
  told,
  from: null,
  fromAt: now,
  open: false,
  frameAt: now,
  stopped: false,
});

/** RFC 3550: timestamps wrap; within half the circle the later one is the newer one. */
export const atOrAfter = (rtp: number, from: number): boolean => (rtp - from) >>> 0 < 0x8000_0000;

export const flowing = (gate: Gate, now: number, rtp: number): Gate => ({ ...gate, told: true, from: rtp, fromAt: now });

/** Signalling was away: a `flowing` may have been missed. An open gate stays open. */
export const untold = (gate: Gate, now: number): Gate =>
  gate.open || gate.from !== null ? gate : { ...gate, told: false, mappedAt: now };

/** `rtp` is null where the browser does not tell a frame's timestamp. */
export function frameSeen(gate: Gate, now: number, rtp: number | null): Gate {
  if (!gate.open && !opens(gate, now, rtp)) return gate;
  return { ...gate, open: true, frameAt: now, stopped: false };
}

function opens(gate: Gate, now: number, rtp: number | null): boolean {
  if (gate.from === null) return !gate.told && now - gate.mappedAt >= UNTOLD_MS;
  return rtp === null ? now - gate.fromAt >= SETTLE_MS : atOrAfter(rtp, gate.from);
}

/** Call it often. A page that was not visible was shown no frames: `awakeAt` is when it last became visible. */
export function checkStopped(gate: Gate, now: number, awakeAt: number): Gate {
  if (!gate.open || gate.stopped) return gate;
  return now - Math.max(gate.frameAt, awakeAt) >= STOPPED_MS ? { ...gate, stopped: true } : gate;
}
