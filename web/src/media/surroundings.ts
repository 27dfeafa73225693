/** What happens around the page: networks come and go, it is hidden and shown, the screen wants to sleep. */

export interface SurroundingEvents {
  /** Another network, or one again. */
  network(): void;
  /** The page is visible again; timers may have slept. */
  awake(): void;
  /** The whole machine slept: nothing that was connected can be believed in. */
  slept(): void;
  /** Nobody looks at the page, or somebody does again. */
  hidden(hidden: boolean): void;
}

const TICK_MS = 2000;
/** A timer this late was not slow. Hidden pages are woken once a second; those without media only once a minute. */
const SLEPT_MS = 10_000;
const SLEPT_HIDDEN_MS = 90_000;

/** Whether the machine slept between two ticks. By the wall clock: the other one stands still in a closed laptop. */
export const hasSlept = (elapsed: number, hidden: boolean): boolean => elapsed > TICK_MS + (hidden ? SLEPT_HIDDEN_MS : SLEPT_MS);

interface NetworkInformation extends EventTarget {
  readonly type?: string;
}

/** Until the returned function is called. */
export function watchSurroundings(events: SurroundingEvents): () => void {
  const over = new AbortController();
  const { signal } = over;
  window.addEventListener("online", () => events.network(), { signal });
  document.addEventListener(
    "visibilitychange",
    () => {
      events.hidden(document.hidden);
      if (!document.hidden) events.awake();
    },
    { signal },
  );
  window.addEventListener("pageshow", (event) => event.persisted && events.awake(), { signal });
  const connection = (navigator as { connection?: NetworkInformation }).connection;
  let type = connection?.type;
  connection?.addEventListener?.(
    "change",
    () => {
      // It also fires for mere estimates of speed.
      if (connection.type === type) return;
      type = connection.type;
      if (type !== "none") events.network();
    },
    { signal },
  );
  let ticked = Date.now();
  const timer = setInterval(() => {
    const elapsed = Date.now() - ticked;
    ticked = Date.now();
    if (hasSlept(elapsed, document.hidden)) events.slept();
  }, TICK_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
  return () => over.abort();
}

/** Keeps the screen on while wanted and visible; the browser lets go whenever the page is hidden. */
export class WakeLock {
  private wanted = false;
  private asking = false;
  private held: WakeLockSentinel | null = null;

  async want(wanted: boolean): Promise<void> {
    this.wanted = wanted;
    if (!wanted) return this.letGo();
    if (this.asking || document.hidden || (this.held && !this.held.released) || !("wakeLock" in navigator)) return;
    this.asking = true;
    // Refused on low battery: nothing to do about it.
    this.held = await navigator.wakeLock.request("screen").catch(() => null);
    this.asking = false;
    if (!this.wanted) await this.letGo();
  }

  private async letGo(): Promise<void> {
    const held = this.held;
    this.held = null;
    await held?.release().catch(() => undefined);
  }
}
