import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { hasSlept, WakeLock } from "./surroundings";

class Sentinel {
  released = false;
  release(): Promise<void> {
    this.released = true;
    return Promise.resolve();
  }
}

let locks: Sentinel[];
let answers: (() => void)[];
const page = { hidden: false };

const answer = async (): Promise<void> => {
  answers.splice(0).forEach((one) => one());
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};
const held = (): number => locks.filter(({ released }) => !released).length;

beforeEach(() => {
  [locks, answers, page.hidden] = [[], [], false];
  const request = () =>
    new Promise<Sentinel>((resolve) => {
      answers.push(() => {
        locks.push(new Sentinel());
        resolve(locks.at(-1) as Sentinel);
      });
    });
  vi.stubGlobal("navigator", { wakeLock: { request } });
  vi.stubGlobal("document", page);
});

afterEach(() => vi.unstubAllGlobals());

test("wanted twice before the browser answers, it is asked for once and let go of", async () => {
  const lock = new WakeLock();
  void lock.want(true);
  void lock.want(true);
  await answer();
  expect(held()).toBe(1);
  await lock.want(false);
  expect(held()).toBe(0);
});

test("what was granted too late is let go of", async () => {
  const lock = new WakeLock();
  void lock.want(true);
  void lock.want(false);
  await answer();
  expect(held()).toBe(0);
});

test("lost with the page out of sight, it is asked for again in sight", async () => {
  const lock = new WakeLock();
  void lock.want(true);
  await answer();
  await locks[0]?.release();
  page.hidden = true;
  void lock.want(true);
  await answer();
  expect(held()).toBe(0);
  page.hidden = false;
  void lock.want(true);
  await answer();
  expect(held()).toBe(1);
});

test.each([
  [2000, false, false],
  [11_000, false, false],
  [13_000, false, true],
  [62_000, true, false],
  [100_000, true, true],
])("a tick after %d ms, hidden %s: slept %s", (elapsed, hidden, slept) => {
  expect(hasSlept(elapsed, hidden)).toBe(slept);
});
