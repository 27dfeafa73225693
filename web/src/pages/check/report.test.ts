import { expect, test } from "vitest";
import { NOTHING_YET, tasksFor, type Findings, type Task, type TaskResult } from "./findings";
import { reportOf, textOf, type About } from "./report";

const ABOUT: About = { supportCode: "234 769", device: "Chrome 142 on Android", screen: "390 x 844", tasks: tasksFor(true) };

const found = (findings: Partial<Findings>, about: Partial<About> = {}): Record<string, string> =>
  Object.fromEntries(reportOf({ ...NOTHING_YET, ...findings }, { ...ABOUT, ...about }).map(({ what, found }) => [what, found]));

test("what was not tried is skipped, and never counts as working", () => {
  const lines = found({});
  expect(Object.values(lines).slice(2)).toEqual(Array.from({ length: 9 }, () => "Skipped."));
});

test("a camera with its size, a microphone that is not heard, a speaker", () => {
  const lines = found({ camera: "yes", size: "640 x 360", microphone: "no", speaker: "yes" });
  expect([lines["Camera"], lines["Microphone"], lines["Speaker"]]).toEqual(["Works, 640 x 360.", "Does not work.", "Works."]);
});

test.each([
  [{ server: 34, messages: true, media: true }, "The server answers in 34 ms. Messages go both ways. This browser can send pictures and sound."],
  [{ server: null, messages: false, media: false }, "The server does not answer. Messages do not get through. This browser can't send pictures and sound."],
  [{ server: 34, messages: true, media: null }, "The server answers in 34 ms. Messages go both ways."],
])("the connection %o, and always what was not tried", (reached, words) => {
  expect(found({ reached })["Connection"]).toBe(`${words} The way of pictures and sound was not tried.`);
});

test("a task says what was noticed, and what ran after it", () => {
  const call: TaskResult = { done: true, noticed: ["micTaken", "micBack"], microphone: true, camera: false };
  const lock: TaskResult = { done: true, noticed: [], microphone: null, camera: null };
  const lines = found({ tasks: new Map<Task, TaskResult>([["call", call], ["lock", lock]]) });
  expect(lines["Phone call"]).toBe("The microphone was taken. The microphone came back. After it: microphone on. After it: camera off.");
  expect(lines["Locked screen"]).toBe("Nothing was noticed.");
});

test("without a link there is no code, and that is said", () => {
  expect(found({}, { supportCode: "" })["Support code"]).toBe("None, as this page was opened without a link.");
});

test("as text it is one line each", () => {
  const text = textOf(reportOf(NOTHING_YET, ABOUT));
  expect(text.split("\n").slice(0, 2)).toEqual(["Support code: 234 769", "Device: Chrome 142 on Android, 390 x 844"]);
});
