/** Which browser on which system, for a report that support reads. Pure. Versions of systems, models and names stay out. */

const BROWSERS: readonly (readonly [string, RegExp])[] = [
  ["Edge", /(?:Edg|EdgA|EdgiOS)\/(\d+)/],
  ["Samsung Internet", /SamsungBrowser\/(\d+)/],
  ["Opera", /(?:OPR|OPiOS|OPT)\/(\d+)/],
  ["Firefox", /(?:Firefox|FxiOS)\/(\d+)/],
  ["Chrome", /(?:Chrome|CriOS)\/(\d+)/],
  ["Safari", /Version\/(\d+(?:\.\d+)?).*Safari\//],
];

/** "Chrome 142 on Android". `touchPoints`: an iPad calls itself a Mac, but Macs have no touch screen. */
export function deviceOf(userAgent: string, touchPoints: number): string {
  const found = BROWSERS.map(([name, pattern]) => [name, pattern.exec(userAgent)?.[1]] as const).find(([, version]) => version);
  return `${found ? found.join(" ") : "Unknown browser"} on ${systemOf(userAgent, touchPoints)}`;
}

function systemOf(userAgent: string, touchPoints: number): string {
  if (/iPhone|iPod/.test(userAgent)) return "iPhone";
  if (/iPad/.test(userAgent) || (/Macintosh/.test(userAgent) && touchPoints > 1)) return "iPad";
  if (/Android/.test(userAgent)) return "Android";
  if (/CrOS/.test(userAgent)) return "Chromebook";
  if (/Windows/.test(userAgent)) return "Windows";
  if (/Macintosh/.test(userAgent)) return "Mac";
  return /Linux/.test(userAgent) ? "Linux" : "an unknown system";
}
