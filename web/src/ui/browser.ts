/** Which browser this is, only to name the right steps after a denial. Pure. */

export type BrowserKind =
  | "safari-ios"
  | "other-ios"
  | "safari-mac"
  | "chrome-android"
  | "samsung"
  | "chrome"
  | "edge"
  | "firefox"
  | "firefox-android"
  | "other";

/** `touchPoints`: navigator.maxTouchPoints; an iPad calls itself a Mac, but Macs have no touch screen. */
export function browserKind(userAgent: string, touchPoints: number): BrowserKind {
  const has = (pattern: RegExp) => pattern.test(userAgent);
  const ios = has(/iPhone|iPad|iPod/) || (has(/Macintosh/) && touchPoints > 1);
  if (ios) return has(/CriOS|FxiOS|EdgiOS|OPiOS|DuckDuckGo|GSA\//) ? "other-ios" : "safari-ios";
  if (has(/SamsungBrowser\//)) return "samsung";
  if (has(/Firefox\//)) return has(/Android/) ? "firefox-android" : "firefox";
  if (has(/Edg\//)) return "edge";
  if (has(/Chrome\//)) return has(/Android/) ? "chrome-android" : "chrome";
  if (has(/Macintosh/) && has(/Safari\//)) return "safari-mac";
  return "other";
}
