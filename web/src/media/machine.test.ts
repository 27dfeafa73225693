import { expect, test } from "vitest";
import { machineOf } from "./machine";

const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Version/18.6 Mobile/15E148 Safari/604.1";
const ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/141.0.0.0 Mobile Safari/537.36";
const TABLET = "Mozilla/5.0 (Linux; Android 15; SM-X810) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36";
const LAPTOP = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36";

test.each([
  [IPHONE, 6, { phone: true, strong: false }],
  [ANDROID, 8, { phone: true, strong: false }],
  [TABLET, 8, { phone: false, strong: true }],
  [LAPTOP, 8, { phone: false, strong: true }],
  [LAPTOP, 2, { phone: false, strong: false }],
])("%s with %i cores", (userAgent, cores, machine) => {
  expect(machineOf(userAgent, cores)).toEqual(machine);
});
