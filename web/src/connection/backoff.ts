/** Milliseconds to wait before try number `attempt` (0 is the first after a loss). `random` is in [0, 1). */
export function retryDelay(attempt: number, random: number): number {
  const base = Math.min(FIRST_MS * 2 ** Math.min(attempt, 10), LONGEST_MS);
  // A whole group loses its server at once; the jitter keeps it from coming back at once.
  return Math.round(base * (0.5 + random));
}

const FIRST_MS = 250;
/** Lower finds a returning server sooner, costs a phone's battery. */
const LONGEST_MS = 4000;
