/** Keeps a sender's encodings as they are wished: one change at a time, and the newest wish wins. */

import { single, type Encoding } from "./encodings";

type Parameters = RTCRtpSendParameters & { degradationPreference?: string };

export class Dial {
  private turning = false;
  private again = false;
  private set = "";

  /** `steady`: a picture that moves is worth more than a sharp one. Browsers that do not know the wish ignore it. */
  constructor(
    private readonly sender: RTCRtpSender,
    private readonly wish: () => readonly Encoding[],
    private readonly steady: boolean,
  ) {}

  /** Whatever the wish is by now. Call it whenever that may have changed. Never rejects. */
  async turn(): Promise<void> {
    this.again = true;
    if (this.turning) return;
    this.turning = true;
    while (this.again) {
      this.again = false;
      await this.apply(this.wish());
    }
    this.turning = false;
  }

  private async apply(wish: readonly Encoding[]): Promise<void> {
    const text = JSON.stringify(wish);
    if (text === this.set) return;
    const parameters: Parameters = this.sender.getParameters();
    const known = parameters.encodings ?? [];
    for (const encoding of known) Object.assign(encoding, known.length === 1 ? single(wish) : wish.find(({ rid }) => rid === encoding.rid));
    if (this.steady) parameters.degradationPreference = "maintain-framerate";
    try {
      await this.sender.setParameters(parameters);
      this.set = text;
    } catch {
      // In the middle of a negotiation, or nothing is negotiated yet: the next turn sets it.
    }
  }
}
