import { expect, test } from "vitest";
import type { DeviceNews } from "../session/model";
import { deviceWords } from "./deviceWords";

const SAID: readonly [DeviceNews, string][] = [
  [{ source: "microphone", became: "replaced", label: "Headset" }, "Your microphone changed. Headset is in use now."],
  [{ source: "microphone", became: "replaced", label: "Default - Jabra (0b0e:0300)" }, "Your microphone changed. Jabra is in use now."],
  [{ source: "microphone", became: "replaced", label: "" }, "Your microphone changed. Another one is in use now."],
  [{ source: "camera", became: "replaced", label: "Webcam" }, "Your camera changed. Webcam is in use now."],
  [{ source: "camera", became: "stopped", label: "" }, "Your camera stopped. You can turn it on again."],
  [{ source: "microphone", became: "found", label: "Earbuds (1a2b:3C4d)" }, "Earbuds is there. You can choose it in Settings."],
];

test.each(SAID)("%o", (news, words) => {
  expect(deviceWords(news)).toBe(words);
});
