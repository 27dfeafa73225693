import { beforeEach, expect, test } from "vitest";
import { Dial } from "./dial";
import { encodingsOf, UNLIMITED, type Encoding } from "./encodings";

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

/** A sender that takes its time. */
class Sender {
  encodings: Partial<Encoding>[] = [{ rid: "q" }, { rid: "h" }, { rid: "f" }];
  degradationPreference: string | undefined;
  calls = 0;
  private done: ((error?: Error) => void)[] = [];
  getParameters(): object {
    return { encodings: this.encodings.map((one) => ({ ...one })) };
  }
  setParameters(parameters: { encodings: Partial<Encoding>[]; degradationPreference?: string }): Promise<void> {
    this.calls++;
    return new Promise((resolve, reject) =>
      this.done.push((error) => {
        if (error) return reject(error);
        this.encodings = parameters.encodings;
        this.degradationPreference = parameters.degradationPreference;
        resolve();
      }),
    );
  }
  async finish(error?: Error): Promise<void> {
    await settle();
    this.done.shift()?.(error);
    await settle();
  }
  get on(): string {
    return this.encodings.filter(({ active }) => active).map(({ rid, scaleResolutionDownBy }) => `${rid}/${scaleResolutionDownBy}`).join(" ");
  }
}

let sender: Sender;
let layers: number;
let dial: Dial;

beforeEach(() => {
  sender = new Sender();
  layers = 3;
  const wish = (): Encoding[] => encodingsOf("camera", { width: 1280, height: 720 }, { ...UNLIMITED, layers });
  dial = new Dial(sender as unknown as RTCRtpSender, wish, true);
});

test("every rid gets what is wished of it", async () => {
  void dial.turn();
  await sender.finish();
  expect(sender.on).toBe("q/4 h/2 f/1");
  expect(sender.encodings.map(({ maxBitrate }) => maxBitrate)).toEqual([120_000, 350_000, 1_000_000]);
  expect(sender.degradationPreference).toBe("maintain-framerate");
});

test("wishes that come while one is set become one, the newest", async () => {
  void dial.turn();
  await settle();
  for (layers of [2, 1, 2]) void dial.turn();
  await sender.finish();
  await sender.finish();
  expect([sender.on, sender.calls]).toEqual(["q/4 h/2", 2]);
});

test("the same wish is not set twice, one that failed is", async () => {
  void dial.turn();
  await sender.finish(new Error("InvalidStateError"));
  void dial.turn();
  await sender.finish();
  void dial.turn();
  await settle();
  expect([sender.on, sender.calls]).toEqual(["q/4 h/2 f/1", 2]);
});

test("nothing may be left on: the track stays", async () => {
  layers = 0;
  void dial.turn();
  await sender.finish();
  expect(sender.encodings.map(({ active }) => active)).toEqual([false, false, false]);
});

test("a browser that kept one encoding sends the whole picture in it", async () => {
  sender.encodings = [{}];
  void dial.turn();
  await sender.finish();
  expect(sender.encodings).toEqual([{ active: true, scaleResolutionDownBy: 1, maxBitrate: 1_000_000 }]);
});
