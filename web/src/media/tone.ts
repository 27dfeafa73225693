/** A soft tone of a second, to try the speakers with. */

const SECONDS = 1;
const HERTZ = 523.25; // c'', well inside what a phone's speaker can do
const LOUDNESS = 0.2;

/** `output`: the chosen speaker, null for the browser's own choice. Inside a tap. */
export async function playTone(output: string | null): Promise<void> {
  const context = new AudioContext();
  try {
    const choose = (context as { setSinkId?: (id: string) => Promise<void> }).setSinkId;
    if (output !== null) await choose?.call(context, output).catch(() => undefined);
    const tone = new OscillatorNode(context, { frequency: HERTZ });
    const gain = new GainNode(context, { gain: 0 });
    const now = context.currentTime;
    gain.gain.linearRampToValueAtTime(LOUDNESS, now + 0.1);
    gain.gain.setValueAtTime(LOUDNESS, now + SECONDS - 0.3);
    gain.gain.linearRampToValueAtTime(0, now + SECONDS);
    tone.connect(gain).connect(context.destination);
    const over = new Promise((resolve) => (tone.onended = resolve));
    tone.start();
    tone.stop(now + SECONDS);
    await over;
  } finally {
    await context.close();
  }
}
