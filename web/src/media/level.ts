/** How loud the own microphone is: one analyser, read ten times a second while somebody looks or has to be told. */

const EVERY_MS = 100;
/** Quieter than this is an empty room. */
const FLOOR_DB = -60;
/** No sample above it: three steps of 16 bits. The noise of any microphone that is on is louder. */
const FLAT = 0.0001;

/** RMS of samples in -1..1 as 0..1 on a scale that looks even to a speaker. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  if (sum === 0) return 0;
  const decibels = 10 * Math.log10(sum / samples.length);
  return Math.min(1, Math.max(0, 1 - decibels / FLOOR_DB));
}

export const isFlat = (samples: Float32Array): boolean => samples.every((sample) => Math.abs(sample) < FLAT);

export type Ear = (loudness: number, flat: boolean) => void;

export class LevelMeter {
  private context: AudioContext | null = null;
  private source: MediaStreamAudioSourceNode | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;
  private track: MediaStreamTrack | null = null;
  /** One's own copy hears a muted microphone, too. It is connected to the analyser and to nothing else. */
  private copy: MediaStreamTrack | null = null;
  private looked = false;
  private ear: Ear | null = null;

  constructor(private readonly report: (level: number) => void) {
    // Where the devices were allowed before, nobody has tapped yet when the meter starts.
    for (const gesture of ["pointerup", "keydown"]) document.addEventListener(gesture, () => this.wake(), { passive: true });
  }

  /** Null: nothing to measure. */
  follow(track: MediaStreamTrack | null): void {
    this.track = track;
    this.measure();
  }

  /** There is a meter on the screen. */
  look(on: boolean): void {
    this.looked = on;
    this.measure();
  }

  /** Null: nobody has to be told anything. */
  listen(ear: Ear | null): void {
    this.ear = ear;
    this.measure();
  }

  /** Inside a tap: some browsers start audio contexts only there. */
  wake(): void {
    if (this.source) void this.context?.resume().catch(() => undefined);
  }

  private measure(): void {
    this.stop();
    if (!(this.looked || this.ear) || this.track === null || typeof AudioContext === "undefined") return;
    const context = (this.context ??= new AudioContext({ latencyHint: "playback" }));
    void context.resume().catch(() => undefined);
    const analyser = new AnalyserNode(context, { fftSize: 1024 });
    this.copy = this.track.clone();
    this.copy.enabled = true;
    this.source = new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([this.copy]) });
    this.source.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.timer = setInterval(() => {
      // A context that waits for a tap, or that a call has taken away, hears nothing: that says nothing.
      if (document.hidden || context.state !== "running") return;
      analyser.getFloatTimeDomainData(samples);
      const level = loudness(samples);
      if (this.looked) this.report(level);
      this.ear?.(level, isFlat(samples));
    }, EVERY_MS);
  }

  private stop(): void {
    clearInterval(this.timer);
    this.source?.disconnect();
    this.source = null;
    this.copy?.stop();
    this.copy = null;
    this.report(0);
    void this.context?.suspend().catch(() => undefined);
  }
}
