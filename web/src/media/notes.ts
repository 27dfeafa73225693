/** Soft notes, of which all sounds of the page are made, and what plays them. */

export interface Note {
  /** Hz */
  readonly pitch: number;
  /** Seconds after the start of the sound. */
  readonly at: number;
  readonly lasts: number;
  /** 0..1 */
  readonly loudness: number;
}

/** A soft sine that comes up in 20 ms and dies away, so that no speaker clicks. */
function sound(context: AudioContext, { pitch, at, lasts, loudness }: Note): void {
  const start = context.currentTime + at;
  const tone = new OscillatorNode(context, { type: "sine", frequency: pitch });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(loudness, start + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + lasts);
  tone.connect(volume).connect(context.destination);
  tone.start(start);
  tone.stop(start + lasts);
}

/** Milliseconds. A context that may not sound yet answers at the next tap: what came long before is not played then. */
const LATE = 500;
/** Milliseconds after the last note until the context sleeps: awake, it keeps the speaker and a core busy. */
const LINGERS = 1000;

/** Sleeps between its sounds. */
export class Instrument {
  private context: AudioContext | null = null;
  private sleeping: ReturnType<typeof setTimeout> | undefined;

  /** Inside a tap; and whenever it may have been taken away by the system: from then on it may sound. */
  wake(): void {
    if (this.context && this.context.state === "running") return;
    this.context ??= new AudioContext();
    this.context.resume().catch(() => undefined);
    this.sleepAfter(LINGERS);
  }

  play(notes: readonly Note[]): void {
    const { context } = this;
    if (!context) return;
    const asked = performance.now();
    const begin = (): void => {
      if (context.state !== "running" || performance.now() - asked > LATE) return;
      for (const note of notes) sound(context, note);
      this.sleepAfter(LINGERS + 1000 * Math.max(...notes.map(({ at, lasts }) => at + lasts)));
    };
    if (context.state === "running") return begin();
    context.resume().then(begin, () => undefined);
  }

  close(): void {
    clearTimeout(this.sleeping);
    this.context?.close().catch(() => undefined);
    this.context = null;
  }

  private sleepAfter(ms: number): void {
    clearTimeout(this.sleeping);
    this.sleeping = setTimeout(() => void this.context?.suspend().catch(() => undefined), ms);
  }
}
