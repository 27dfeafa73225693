// The only bridge to puppeteer-core. Reads requests from stdin and answers on stdout, one JSON object a line:
//   {"id": 1, "method": "chromium", "params": {...}} -> {"id": 1, "result": ...} or {"id": 1, "error": "..."}
// and tells of what pages say by themselves: {"page": 3, "event": "console", "level": "error", "text": "..."}.
// At the end of stdin it closes every browser and exits.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import puppeteer from "puppeteer-core";

const require = createRequire(import.meta.url);

// Nothing here loosens what a stock browser does, but: fake devices, their permission, and no throttling of pages that
// nobody looks at (there is no screen).
const CHROMIUM_ARGUMENTS = [
  "--no-sandbox", // tests run as root
  "--disable-gpu", // there is none: else SwiftShader draws each tile in three dimensions
  "--use-fake-ui-for-media-stream",
  "--auto-accept-this-tab-capture",
  "--disable-backgrounding-occluded-windows",
  "--disable-background-timer-throttling",
  "--disable-renderer-backgrounding",
  "--disable-component-update",
  "--disable-features=Translate,OptimizationHints,MediaRouter",
];

const FIREFOX_PREFS = {
  "media.navigator.streams.fake": true,
  "media.navigator.permission.disabled": true,
  "layout.frame_rate": 15, // it paints by hand here: a screen of 60 Hz costs half a core
  "app.normandy.enabled": false,
  "browser.safebrowsing.downloads.enabled": false,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "extensions.getAddons.cache.enabled": false,
  "media.gmp-manager.updateEnabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "http://127.0.0.1:9/",
};

const browsers = new Set();
const shared = new Map(); // arguments of a Chromium process -> promise of it: people share processes, not contexts
const pages = new Map();
let lastPage = 0;

function tell(message) {
  process.stdout.write(JSON.stringify(message) + "\n");
}

async function launch(options) {
  const browser = await puppeteer.launch({ headless: true, handleSIGINT: false, ...options });
  browsers.add(browser);
  browser.on("disconnected", () => browsers.delete(browser));
  return browser;
}

// Firefox takes 5 s to say goodbye; puppeteer removes the profile of a dead one all the same.
async function quit(browser) {
  const child = browser.process();
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
  browsers.delete(browser);
}

function chromiumProcess({ executable, camera, sound, devices, fps, args = [], fakeUi = true, profile }) {
  const fake = `--use-fake-device-for-media-stream=fps=${fps ?? 30},device-count=${devices ?? 2}`;
  const all = CHROMIUM_ARGUMENTS.filter((argument) => fakeUi || !argument.startsWith("--use-fake-ui")).concat(fake, args);
  if (camera) all.push(`--use-file-for-fake-video-capture=${camera}`);
  if (sound) all.push(`--use-file-for-fake-audio-capture=${sound}`);
  if (profile) return launch({ executablePath: executable, args: all, pipe: true, userDataDir: profile });
  const key = JSON.stringify([executable, all]);
  if (!shared.has(key)) shared.set(key, launch({ executablePath: executable, args: all, pipe: true }));
  return shared.get(key);
}

function adopt(page, context) {
  const id = ++lastPage;
  pages.set(id, { page, context });
  page.on("console", (message) => {
    const address = message.location()?.url ?? "";
    tell({ page: id, event: "console", level: message.type(), text: `${message.text()} ${address}`.trim() });
  });
  page.on("pageerror", (error) => tell({ page: id, event: "console", level: "error", text: String(error) }));
  page.on("request", (request) => tell({ page: id, event: "request", url: request.url() }));
  page.on("dialog", (dialog) => dialog.accept().catch(() => {}));
  return id;
}

function found(id) {
  const entry = pages.get(id);
  if (!entry) throw new Error(`no page ${id}`);
  return entry;
}

const methods = {
  async chromium(params) {
    const browser = await chromiumProcess(params);
    // The default context alone keeps its storage on the disk.
    if (params.profile) return adopt((await browser.pages())[0] ?? (await browser.newPage()), browser);
    const context = await browser.createBrowserContext();
    return adopt(await context.newPage(), context);
  },

  async firefox({ executable, prefs = {}, profile }) {
    const browser = await launch({
      browser: "firefox",
      executablePath: executable,
      extraPrefsFirefox: { ...FIREFOX_PREFS, ...prefs },
      ...(profile && { userDataDir: profile }),
    });
    const page = (await browser.pages())[0] ?? (await browser.newPage());
    return adopt(page, browser);
  },

  // A second tab of the same person: the same storage.
  async tab({ page }) {
    const { context } = found(page);
    return adopt(await context.newPage(), context);
  },

  async open({ page, url, wait }) {
    await found(page).page.goto(url, { waitUntil: wait ?? "load" });
  },

  // Runs in each document of this page before its own scripts.
  async inject({ page, expression }) {
    await found(page).page.evaluateOnNewDocument(expression);
  },

  // Chromium only. Before the page is opened.
  async bypassCSP({ page }) {
    await found(page).page.setBypassCSP(true);
  },

  async reload({ page }) {
    await found(page).page.reload({ waitUntil: "load" });
  },

  // An expression, whose promise is awaited. A page's Content-Security-Policy has no say in it.
  async evaluate({ page, expression }) {
    return (await found(page).page.evaluate(expression)) ?? null;
  },

  async waitFor({ page, expression, within }) {
    const { page: tab } = found(page);
    const deadline = Date.now() + within * 1000;
    for (;;) {
      const value = await tab.evaluate(expression);
      if (value) return value;
      if (Date.now() > deadline) throw new Error(`still not so after ${within} s: ${expression}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  },

  async click({ page, selector }) {
    const { page: tab } = found(page);
    const element = await tab.waitForSelector(selector, { visible: true, timeout: 10_000 });
    await element.click();
    await element.dispose();
  },

  async type({ page, selector, text }) {
    const { page: tab } = found(page);
    const element = await tab.waitForSelector(selector, { visible: true, timeout: 10_000 });
    await element.type(text);
    await element.dispose();
  },

  async press({ page, key }) {
    await found(page).page.keyboard.press(key);
  },

  async hold({ page, key, down }) {
    const { keyboard } = found(page).page;
    await (down ? keyboard.down(key) : keyboard.up(key));
  },

  async swipe({ page, from, to }) {
    const touch = await found(page).page.touchscreen.touchStart(from[0], from[1]);
    for (let step = 1; step <= 5; step++) {
      await touch.move(from[0] + ((to[0] - from[0]) * step) / 5, from[1] + ((to[1] - from[1]) * step) / 5);
    }
    await touch.end();
  },

  async viewport({ page, width, height, scale, mobile }) {
    await found(page).page.setViewport({
      width,
      height,
      deviceScaleFactor: scale ?? 1,
      isMobile: Boolean(mobile),
      hasTouch: Boolean(mobile),
    });
  },

  async media({ page, features }) {
    await found(page).page.emulateMediaFeatures(Object.entries(features).map(([name, value]) => ({ name, value })));
  },

  // Chromium only: where the person is.
  async timezone({ page, zone }) {
    await found(page).page.emulateTimezone(zone);
  },

  // Chromium only. cpu: times slower; kbps each way; latency in ms for each request.
  async throttle({ page, cpu, kbps, latency }) {
    const { page: tab } = found(page);
    await tab.emulateCPUThrottling(cpu ?? null);
    const octets = ((kbps ?? 0) * 1000) / 8;
    await tab.emulateNetworkConditions(kbps ? { download: octets, upload: octets, latency: latency ?? 0 } : null);
  },

  // Chromium only: any command of the DevTools protocol.
  async cdp({ page, method, params }) {
    const { page: tab } = found(page);
    const session = await tab.createCDPSession();
    try {
      return await session.send(method, params ?? {});
    } finally {
      await session.detach();
    }
  },

  /** Requests whose address has `part` in it fail; null: none do any more. */
  async block({ page, part }) {
    const one = found(page);
    if (one.blocking) one.page.off("request", one.blocking);
    one.blocking = part === null ? null : (request) => (request.url().includes(part) ? request.abort() : request.continue());
    if (one.blocking) one.page.on("request", one.blocking);
    await one.page.setRequestInterception(part !== null);
  },

  async screenshot({ page, path, full }) {
    await found(page).page.screenshot({ path, fullPage: Boolean(full), captureBeyondViewport: Boolean(full) });
  },

  async axe({ page, tags }) {
    const { page: tab } = found(page);
    await tab.evaluate(readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"));
    const { violations } = await tab.evaluate(
      `axe.run(document, ${JSON.stringify(tags ? { runOnly: { type: "tag", values: tags } } : {})})`,
    );
    return violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, nodes: nodes.map((n) => n.html) }));
  },

  // The whole process of a person who has one for themself, with all its tabs, and without a goodbye.
  async crash({ page }) {
    const { context } = found(page);
    if (!browsers.has(context)) throw new Error("this page shares its process with others");
    for (const [id, other] of pages) if (other.context === context) pages.delete(id);
    await quit(context);
  },

  // The tree that screen readers are given, without what only holds other things. Chromium only.
  async accessibility({ page }) {
    return found(page).page.accessibility.snapshot();
  },

  async close({ page }) {
    const { page: tab, context } = found(page);
    pages.delete(page);
    if ([...pages.values()].some((other) => other.context === context)) await tab.close();
    else await (browsers.has(context) ? quit(context) : context.close());
  },
};

async function answer({ id, method, params }) {
  try {
    tell({ id, result: (await methods[method](params ?? {})) ?? null });
  } catch (error) {
    tell({ id, error: `${method}: ${error?.message ?? error}` });
  }
}

async function end() {
  await Promise.allSettled([...browsers].map((browser) => browser.close()));
  process.exit(0);
}

createInterface({ input: process.stdin }).on("line", (line) => answer(JSON.parse(line))).on("close", end);
process.on("SIGTERM", end);
