/** One soft note, of which all sounds of the page are made. */

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
export function sound(context: AudioContext, { pitch, at, lasts, loudness }: Note): void {
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
