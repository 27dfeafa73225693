/** One WebSocket: requests with their replies, everything else handed on, a heartbeat. It ends once. */

import type {
  Answer,
  ClientMessage,
  Desk,
  ErrorCode,
  Figures,
  Ok,
  ServerMessage,
  Silent,
  Snapshot,
  StandbyOffer,
  Waiting,
} from "../protocol.gen";
import { beat, doubt, heard, pinged, startPulse, type Pulse } from "./pulse";

/** A request as its caller writes it; the wire gives it its id. */
export type Request = ClientMessage extends infer M ? (M extends { id: number } ? Omit<M, "id"> : never) : never;
export type Reply = Ok | Answer | StandbyOffer | View;

/** Everything that this person may see; which one it is depends on where they are. */
export type View = Waiting | Snapshot | Desk | Figures | Silent;

const VIEWS: ReadonlySet<ServerMessage["type"]> = new Set(["waiting", "snapshot", "desk", "figures", "silent"]);

export const isView = (message: ServerMessage): message is View => VIEWS.has(message.type);

export class RefusedError extends Error {
  constructor(
    readonly code: ErrorCode,
    text: string,
  ) {
    super(`${code}: ${text}`);
  }
}

/** Nothing is wrong with what was asked: the same may be asked again after a pause. */
export const mayPass = ({ code }: RefusedError): boolean => code === "unavailable" || code === "too_many";

/** The request may or may not have arrived. */
export class DisconnectedError extends Error {}

export interface WireEvents {
  message(message: ServerMessage): void;
  closed(): void;
}

interface Pending {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

export class Wire {
  private readonly socket: WebSocket;
  private readonly waiting = new Map<number, Pending>();
  private readonly unsent: string[] = [];
  private pulse: Pulse = startPulse(performance.now());
  private readonly timer: ReturnType<typeof setInterval>;
  private nextId = 1;
  private over = false;

  constructor(
    url: string,
    private readonly events: WireEvents,
  ) {
    this.socket = new WebSocket(url);
    this.socket.onopen = () => this.opened();
    this.socket.onmessage = (event) => this.received(event.data);
    this.socket.onclose = () => this.close();
    this.timer = setInterval(() => this.tick(), 500);
  }

  request(request: Request): Promise<Reply> {
    if (this.over) return Promise.reject(new DisconnectedError());
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.send(JSON.stringify({ ...request, id }));
    });
  }

  /** Asks for a sign of life within so many ms: the network changed or the page was asleep. */
  check(within: number): void {
    if (this.over) return;
    this.pulse = doubt(this.pulse, performance.now(), within);
    setTimeout(() => this.tick(), within);
    // One that is still opening may wait for an answer on a network that is gone.
    if (this.socket.readyState === WebSocket.OPEN) this.ping();
  }

  close(): void {
    if (this.over) return;
    this.over = true;
    clearInterval(this.timer);
    this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
    this.socket.close();
    for (const { reject } of this.waiting.values()) reject(new DisconnectedError());
    this.waiting.clear();
    this.events.closed();
  }

  private opened(): void {
    this.pulse = startPulse(performance.now());
    for (const text of this.unsent.splice(0)) this.socket.send(text);
  }

  private send(text: string): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(text);
    else this.unsent.push(text);
  }

  private received(data: unknown): void {
    this.pulse = heard(this.pulse, performance.now());
    if (typeof data !== "string") return;
    const message = JSON.parse(data) as ServerMessage;
    if (!this.settle(message)) this.events.message(message);
  }

  private settle(message: ServerMessage): boolean {
    if (!("id" in message) || message.id === null) return false;
    const waiting = this.waiting.get(message.id);
    if (waiting === undefined) return false;
    this.waiting.delete(message.id);
    // A view goes on to everybody first, so that what follows it finds it applied.
    if (isView(message)) this.events.message(message);
    if (message.type === "refused") waiting.reject(new RefusedError(message.code, message.text));
    else waiting.resolve(message);
    return true;
  }

  private tick(): void {
    const now = performance.now();
    const what = beat(this.pulse, now);
    if (what === "dead") this.close();
    else if (what === "ping" && this.socket.readyState === WebSocket.OPEN) {
      this.pulse = pinged(this.pulse, now);
      this.ping();
    }
  }

  private ping(): void {
    this.request({ type: "ping" }).catch(() => undefined);
  }
}
