/** One <audio> element per audio slot, made in the join tap, so that a phone lets every one of them play. Never re-made. */

import { signal } from "@preact/signals";

/** As many as a big group needs; a tap is the only moment when a phone lets us make more that may play. */
const MADE_IN_TAP = 32;
/** Of their volume, while somebody speaks to everyone: a pair still hears itself. */
const LOWERED = 0.3;

export class Sounds {
  readonly blocked = signal(false);
  private readonly elements: HTMLAudioElement[] = [];
  private readonly volumes: number[] = [];
  private sink: string | null = null;
  private quiet = false;
  private loud: number | null = null;

  /** Inside a tap. */
  prime(count = MADE_IN_TAP): void {
    for (let index = 0; index < count; index++) void this.play(this.element(index));
  }

  /** The sound of slot pair `index`; null when a connection ends. */
  give(index: number, track: MediaStreamTrack | null): void {
    const element = this.element(index);
    element.srcObject = track && new MediaStream([track]);
    if (track) void this.play(element);
  }

  silence(): void {
    for (const element of this.elements) element.srcObject = null;
  }

  setVolume(index: number, volume: number): void {
    this.volumes[index] = volume;
    this.tune(index);
  }

  /** Nothing is heard until it is over; the volumes stay as they were. */
  setQuiet(quiet: boolean): void {
    this.quiet = quiet;
    this.elements.forEach((_, index) => this.tune(index));
  }

  /** All others are lowered while slot pair `except` speaks to everyone; null: nobody does. */
  setDuck(except: number | null): void {
    if (except === this.loud) return;
    this.loud = except;
    this.elements.forEach((_, index) => this.tune(index));
  }

  async choose(sink: string): Promise<void> {
    this.sink = sink;
    await Promise.all(this.elements.map((element) => this.route(element)));
  }

  /** Inside a tap, after `blocked`. */
  async unblock(): Promise<void> {
    this.blocked.value = false;
    // Those without a sound yet answer when they get one: not waited for.
    this.prime();
    await Promise.all(this.elements.filter((one) => one.srcObject).map((element) => this.play(element)));
  }

  /** After a phone call or a sleep: what was paused by the system plays again, or is `blocked`. */
  goOn(): void {
    for (const element of this.elements) this.revive(element);
  }

  private tune(index: number): void {
    const element = this.element(index);
    const volume = this.volumes[index] ?? 1;
    element.volume = this.loud === null || index === this.loud ? volume : volume * LOWERED;
    // Phones whose volume is only in the hardware can still be told to be quiet.
    element.muted = this.quiet || volume === 0;
  }

  private element(index: number): HTMLAudioElement {
    while (this.elements.length <= index) {
      this.elements.push(this.make());
      this.tune(this.elements.length - 1);
    }
    return this.elements[index] as HTMLAudioElement;
  }

  private make(): HTMLAudioElement {
    const element = document.createElement("audio");
    element.autoplay = true;
    // Nobody here pauses: a call did, or headphones that were taken off.
    element.onpause = () => this.revive(element);
    document.body.append(element);
    void this.route(element);
    return element;
  }

  private revive(element: HTMLAudioElement): void {
    if (element.srcObject && element.paused) void this.play(element);
  }

  private async route(element: HTMLAudioElement): Promise<void> {
    if (this.sink === null || !("setSinkId" in element)) return;
    await element.setSinkId(this.sink).catch(() => undefined);
  }

  private async play(element: HTMLAudioElement): Promise<void> {
    try {
      await element.play();
    } catch (error) {
      // AbortError only says that a new source came before the first one played.
      if (error instanceof DOMException && error.name === "NotAllowedError") this.blocked.value = true;
    }
  }
}
