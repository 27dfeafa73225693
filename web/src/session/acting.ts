/** Everything a person asks of the server besides media: one request, one answer, nothing kept for later. */

import { RefusedError, type Reply, type Request } from "../connection/wire";
import type { ActAnswer, Acting } from "./model";

export interface ActingNeeds {
  request(request: Request): Promise<Reply>;
  /** The tap itself: what must not wait for the server's answer, and what it takes to undo it. */
  stepAway(): void;
  stay(): void;
  /** The tap after which this page plays sound. */
  prime(): void;
}

/** Whoever goes or comes back means it, whether the server can be reached or not. */
type Wish = "step_away" | "come_back";

export class Acts implements Acting {
  /** What no answer came to; asked again when there is a way to the server. */
  private wish: Wish | null = null;

  constructor(private readonly needs: ActingNeeds) {}

  async act(request: Request): Promise<ActAnswer> {
    if (request.type === "step_away" || request.type === "come_back") return this.rest(request.type);
    if (request.type === "take_seat") this.needs.prime();
    const answer = await this.ask(request);
    return answer.ok ? { ok: true } : answer;
  }

  /** The server can be reached again. */
  again(): void {
    if (this.wish) void this.rest(this.wish);
  }

  /** The seat is given up: so are its wishes. */
  forget(): void {
    this.wish = null;
    this.needs.stay();
  }

  private async rest(wish: Wish): Promise<ActAnswer> {
    this.wish = wish;
    if (wish === "step_away") this.needs.stepAway();
    else this.needs.stay();
    const answer = await this.ask({ type: wish });
    // Changed their mind meanwhile: the later wish counts.
    if (this.wish !== wish) return answer.ok ? { ok: true } : answer;
    if (answer.ok || answer.code !== "unreachable") this.wish = null;
    if (!answer.ok && answer.code !== "unreachable") this.needs.stay();
    return answer.ok ? { ok: true } : answer;
  }

  async makeStandby(): Promise<{ url: string; until: number } | null> {
    const answer = await this.ask({ type: "make_standby" });
    if (!answer.ok || answer.reply.type !== "standby") return null;
    return { url: `${location.origin}/standby#${answer.reply.token}`, until: answer.reply.until };
  }

  private async ask(request: Request): Promise<{ ok: true; reply: Reply } | Extract<ActAnswer, { ok: false }>> {
    try {
      return { ok: true, reply: await this.needs.request(request) };
    } catch (error) {
      return { ok: false, code: error instanceof RefusedError ? error.code : "unreachable" };
    }
  }
}
