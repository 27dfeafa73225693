/** What a self-test goes through, and what came of it. Pure. */

/** What a machine does to a page. Phones and laptops have different ones. */
export type Task = "call" | "lock" | "headphones" | "rotate" | "apps" | "lid" | "tab";
export type Step = "start" | "camera" | "microphone" | "speaker" | "connection" | Task | "report";
export type Verdict = "yes" | "no" | "skipped";

const PHONE: readonly Task[] = ["call", "lock", "headphones", "rotate", "apps"];
const LAPTOP: readonly Task[] = ["lid", "headphones", "tab"];

export const tasksFor = (phone: boolean): readonly Task[] => (phone ? PHONE : LAPTOP);
export const stepsFor = (phone: boolean): readonly Step[] => ["start", "camera", "microphone", "speaker", "connection", ...tasksFor(phone), "report"];
export const isTask = (step: Step): step is Task => [...PHONE, ...LAPTOP].includes(step as Task);

/** What the browser told of, while a task was done. */
export type Noticed =
  | "hidden"
  | "shown"
  | "slept"
  | "turned"
  | "devices"
  | "offline"
  | "online"
  | "micTaken"
  | "micBack"
  | "micStopped"
  | "micChanged"
  | "camTaken"
  | "camBack"
  | "camStopped";

export interface TaskResult {
  /** False: skipped. */
  readonly done: boolean;
  readonly noticed: readonly Noticed[];
  /** Whether they ran when the task was over; null where they had not run before it. */
  readonly microphone: boolean | null;
  readonly camera: boolean | null;
}

/** null: not tried. */
export interface Reached {
  /** Milliseconds to the server and back; null: it did not answer. */
  readonly server: number | null;
  /** Messages, both ways. */
  readonly messages: boolean;
  /** From this browser to itself: whether it can send and show pictures and sound at all. */
  readonly media: boolean | null;
}

export interface Findings {
  readonly camera: Verdict | null;
  /** "640 x 360", or "" */
  readonly size: string;
  readonly microphone: Verdict | null;
  readonly speaker: Verdict | null;
  readonly reached: Reached | null;
  readonly tasks: ReadonlyMap<Task, TaskResult>;
}

export const NOTHING_YET: Findings = { camera: null, size: "", microphone: null, speaker: null, reached: null, tasks: new Map() };

/** The same thing again and again is told once: a page that was hidden twice was hidden. */
export const noticing = (before: readonly Noticed[], what: Noticed): readonly Noticed[] => (before.includes(what) ? before : [...before, what]);

type Microphone = "none" | "off" | "on" | "interrupted";

export function microphoneChange(before: Microphone, after: Microphone): Noticed | null {
  if (before === after || before === "none") return null;
  if (after === "none") return "micStopped";
  if (after === "interrupted") return "micTaken";
  return before === "interrupted" ? "micBack" : null;
}
