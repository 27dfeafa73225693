/** Everything a person asks of the server besides media: one request, one answer, nothing kept for later. */

import { RefusedError, type Reply, type Request } from "../connection/wire";
import type { ActAnswer, Acting } from "./model";

export interface ActingNeeds {
  request(request: Request): Promise<Reply>;
  /** The tap itself: what must not wait for the server's answer. */
  stepAway(): void;
  stay(): void;
  /** The tap after which this page plays sound. */
  prime(): void;
}

export class Acts implements Acting {
  constructor(private readonly needs: ActingNeeds) {}

  async act(request: Request): Promise<ActAnswer> {
    if (request.type === "step_away") this.needs.stepAway();
    if (request.type === "take_seat") this.needs.prime();
    const answer = await this.ask(request);
    if (request.type === "step_away" && !answer.ok) this.needs.stay();
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
