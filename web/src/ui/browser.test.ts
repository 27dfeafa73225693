import { describe, expect, it } from "vitest";

import { browserKind } from "./browser";

const MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)";
const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
const WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36";
const ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)";

describe("browserKind", () => {
  it.each([
    [`${IPHONE} Version/18.5 Mobile/15E148 Safari/604.1`, 5, "safari-ios"],
    [`${IPHONE} CriOS/150.0 Mobile/15E148 Safari/604.1`, 5, "other-ios"],
    [`${IPHONE} FxiOS/150.0 Mobile/15E148 Safari/605.1.15`, 5, "other-ios"],
    [`${MAC} Version/18.5 Safari/605.1.15`, 5, "safari-ios"], // an iPad
    [`${MAC} Version/18.5 Safari/605.1.15`, 0, "safari-mac"],
    [WINDOWS, 0, "chrome"],
    [`${WINDOWS} Edg/150.0.0.0`, 0, "edge"],
    [`${ANDROID} Chrome/150.0.0.0 Mobile Safari/537.36`, 5, "chrome-android"],
    [`${ANDROID} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36`, 5, "samsung"],
    ["Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0", 0, "firefox"],
    ["Mozilla/5.0 (Android 15; Mobile; rv:153.0) Gecko/153.0 Firefox/153.0", 5, "firefox-android"],
    ["Something else", 0, "other"],
  ])("%s", (userAgent, touchPoints, kind) => {
    expect(browserKind(userAgent, touchPoints)).toBe(kind);
  });
});
