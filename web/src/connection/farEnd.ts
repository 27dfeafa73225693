import type { ServerMessage } from "../protocol.gen";
import { snapshot } from "../session/samples";
import type { Request } from "./wire";

/** The other end of the browser's WebSocket: what the page sent, and a server's hand. */
export class FarEnd {
  static all: FarEnd[] = [];
  static readonly OPEN = 1;
  static get last(): FarEnd {
    return FarEnd.all[FarEnd.all.length - 1] as FarEnd;
  }
  readyState = 0;
  sent: (Request & { id: number })[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor(readonly url: string) {
    FarEnd.all.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.readyState = 3;
    this.onclose?.();
  }
  open(): this {
    this.readyState = 1;
    this.onopen?.();
    return this;
  }
  say(message: ServerMessage): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  welcome(): void {
    this.say(snapshot({ id: this.sent[0]?.id ?? 0 }));
  }
}
