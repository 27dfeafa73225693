/** Keeps the server's word on my microphone and sources equal to what this page does. */

import { mayPass, RefusedError, type Request } from "../connection/wire";
import type { SourceName } from "../protocol.gen";

/** After a refusal that may pass (the store was busy). */
const AGAIN_MS = 1000;

export interface SyncSource {
  muted(): boolean;
  sources(): ReadonlySet<SourceName>;
  request(request: Request): Promise<unknown>;
  /** The server did not let us speak. */
  unmuteRefused(): void;
}

export class Sync {
  private toldMuted = false;
  private told = new Set<SourceName>();
  private asking = false;
  /** While the devices of a resumed seat are still being asked for, what we do not hold says nothing. */
  paused = false;

  constructor(private readonly page: SyncSource) {}

  /**
   * What a snapshot says of me. True: somebody else muted me meanwhile (or before this page was loaded), so the page
   * must follow.
   */
  believe(muted: boolean, sources: readonly SourceName[], first: boolean): boolean {
    const imposed = muted && (first || !this.toldMuted);
    this.toldMuted = muted;
    this.told = new Set(sources);
    return imposed;
  }

  /** An event about my own microphone. True: it was not our doing. */
  heardMuted(muted: boolean): boolean {
    if (this.asking) return false;
    this.toldMuted = muted;
    return muted && !this.page.muted();
  }

  /** Sends what differs. Requests that are lost with the connection are sent again after the next snapshot. */
  run(): void {
    if (this.paused) return;
    this.sources();
    if (!this.asking) void this.mute();
  }

  private sources(): void {
    const now = this.page.sources();
    const before = this.told;
    this.told = new Set(now);
    for (const source of now) if (!before.has(source)) this.send({ type: "publish", source });
    for (const source of before) if (!now.has(source)) this.send({ type: "unpublish", source });
  }

  private async mute(): Promise<void> {
    this.asking = true;
    try {
      while (this.page.muted() !== this.toldMuted) {
        const muted = this.page.muted();
        await this.page.request({ type: muted ? "mute" : "unmute" });
        this.toldMuted = muted;
      }
    } catch (error) {
      if (!(error instanceof RefusedError)) return;
      // Not to be heard is owed to the person; to be heard is not.
      if (this.toldMuted) this.page.unmuteRefused();
      else if (mayPass(error)) this.again();
    } finally {
      this.asking = false;
    }
  }

  private send(request: Extract<Request, { source: SourceName }>): void {
    this.page.request(request).catch((error: unknown) => {
      if (!(error instanceof RefusedError) || !mayPass(error)) return;
      if (request.type === "publish") this.told.delete(request.source);
      else this.told.add(request.source);
      this.again();
    });
  }

  private again(): void {
    setTimeout(() => this.run(), AGAIN_MS);
  }
}
