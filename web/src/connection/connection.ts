/** The way to the server for as long as the page has a place: reconnects by itself, says what became of it. */

import type { ByeReason, ErrorCode, ServerMessage } from "../protocol.gen";
import { retryDelay } from "./backoff";
import { URGENT_MS } from "./pulse";
import { DisconnectedError, isView, mayPass, RefusedError, Wire, type Reply, type Request } from "./wire";

export type Ending = { readonly why: "bye"; readonly reason: ByeReason } | { readonly why: "refused"; readonly code: ErrorCode };

export interface ConnectionEvents {
  /** The first message of every new socket: it says who comes. */
  hello(): Request;
  message(message: ServerMessage): void;
  /** False at once when the socket is lost; true when the hello was answered. */
  connected(yes: boolean): void;
  /** No more tries. For `resume_unknown` return true to try again with another hello. */
  ended(ending: Ending): boolean;
}

/** These mean: come again, as the same person. */
const COME_BACK: ReadonlySet<ByeReason> = new Set(["stopping", "too_slow", "too_many", "bad_message"]);
/** A server that cut us for what we sent gets a pause first, or it would be the same again. */
const TOLD_OFF_ATTEMPT = 4;

export class Connection {
  private wire: Wire | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempt = 0;
  private up = false;
  private over = false;

  constructor(
    private readonly url: string,
    private readonly events: ConnectionEvents,
  ) {
    this.open();
  }

  get isUp(): boolean {
    return this.up;
  }

  /** Throws RefusedError or DisconnectedError. Nothing is kept for later: what must last is state, sent anew. */
  async request(request: Request): Promise<Reply> {
    const wire = this.wire;
    if (!this.up || !wire) throw new DisconnectedError();
    try {
      return await wire.request(request);
    } catch (error) {
      if (!(error instanceof RefusedError) || error.code !== "not_joined") throw error;
      // The server took the seat off this socket: only resuming helps.
      wire.close();
      throw new DisconnectedError();
    }
  }

  /** The network changed or the page woke up: try now, or make sure of what we have. */
  hurry(within: number = URGENT_MS): void {
    if (this.over) return;
    if (this.wire) this.wire.check(within);
    else {
      this.attempt = 0;
      this.open();
    }
  }

  /** Something was missed: come again, and hear everything from the start. */
  renew(): void {
    this.wire?.close();
  }

  close(): void {
    this.over = true;
    clearTimeout(this.timer);
    this.wire?.close();
  }

  /** Over at once for the page; the server is told if it still can be. */
  leave(): void {
    const wire = this.wire;
    if (!this.up || !wire) return this.close();
    this.over = true;
    void wire.request({ type: "leave" }).catch(() => undefined).finally(() => wire.close());
  }

  private open(): void {
    clearTimeout(this.timer);
    const wire = new Wire(this.url, {
      message: (message) => this.received(message),
      closed: () => this.lost(wire),
    });
    this.wire = wire;
    void this.greet(wire);
  }

  private async greet(wire: Wire): Promise<void> {
    try {
      await wire.request(this.events.hello());
    } catch (error) {
      if (error instanceof RefusedError) this.refused(wire, error);
    }
  }

  private refused(wire: Wire, error: RefusedError): void {
    if (mayPass(error)) {
      this.attempt = TOLD_OFF_ATTEMPT;
      return wire.close();
    }
    const again = this.events.ended({ why: "refused", code: error.code });
    if (again) void this.greet(wire);
    else this.close();
  }

  private received(message: ServerMessage): void {
    if (this.over) return;
    if (message.type === "bye") return this.parted(message.reason);
    if (isView(message)) this.attempt = 0;
    this.events.message(message);
    if (isView(message) && !this.up) {
      this.up = true;
      this.events.connected(true);
    }
  }

  private parted(reason: ByeReason): void {
    if (COME_BACK.has(reason)) {
      if (reason !== "stopping") this.attempt = TOLD_OFF_ATTEMPT;
      this.wire?.close();
      return;
    }
    this.close();
    this.events.ended({ why: "bye", reason });
  }

  private lost(wire: Wire): void {
    if (wire !== this.wire) return;
    this.wire = null;
    const was = this.up;
    this.up = false;
    if (this.over) return;
    if (was) this.events.connected(false);
    this.timer = setTimeout(() => this.open(), retryDelay(this.attempt++, Math.random()));
  }
}
