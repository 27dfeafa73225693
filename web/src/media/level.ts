/** How loud the own microphone is, for a meter: one analyser, read ten times a second while somebody looks. */

const EVERY_MS = 100;
/** Quieter than this is an empty room. */
const FLOOR_DB = -60;

/** RMS of samples in -1..1 as 0..1 on a scale that looks even to a speaker. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  if (sum === 0) return 0;
  const decibels = 10 * Math.log10(sum / samples.length);
  return Math.min(1, Math.max(0, 1 - decibels / FLOOR_DB));
}

export class LevelMeter {
  private context: AudioContext | null = null;
  private source: MediaStreamAudioSourceNode | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;
  private track: MediaStreamTrack | null = null;
  private looked = false;

  constructor(private readonly report: (level: number) => void) {
    // Where the devices were allowed before, nobody has tapped yet when the meter starts.
    for (const gesture of ["pointerup", "keydown"]) document.addEventListener(gesture, () => this.wake(), { passive: true });
  }

  /** Null: nothing to measure. */
  follow(track: MediaStreamTrack | null): void {
    this.track = track;
    this.measure();
  }

  /** Measuring keeps a core busy, all day: only while there is a meter on the screen. */
  look(on: boolean): void {
    this.looked = on;
    this.measure();
  }

  /** Inside a tap: some browsers start audio contexts only there. */
  wake(): void {
    if (this.source) void this.context?.resume().catch(() => undefined);
  }

  private measure(): void {
    this.stop();
    if (!this.looked || this.track === null || typeof AudioContext === "undefined") return;
    this.context ??= new AudioContext({ latencyHint: "playback" });
    void this.context.resume().catch(() => undefined);
    const analyser = new AnalyserNode(this.context, { fftSize: 1024 });
    this.source = new MediaStreamAudioSourceNode(this.context, { mediaStream: new MediaStream([this.track]) });
    this.source.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.timer = setInterval(() => {
      if (document.hidden) return;
      analyser.getFloatTimeDomainData(samples);
      this.report(loudness(samples));
    }, EVERY_MS);
  }

  private stop(): void {
    clearInterval(this.timer);
    this.source?.disconnect();
    this.source = null;
    this.report(0);
    void this.context?.suspend().catch(() => undefined);
  }
}
