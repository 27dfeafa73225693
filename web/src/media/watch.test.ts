import { expect, test } from "vitest";
import { isOpen, networkChanged, pathFailed, pathLost, receivedBytes, startWatch, watchStep, type Remedy, type Watch } from "./watch";

/** Feeds one byte count every 250 ms from `from` on; returns the watch and when which remedy was asked for. */
function run(watch: Watch, from: number, counts: number[]): [Watch, [number, Remedy][]] {
  const asked: [number, Remedy][] = [];
  counts.forEach((bytes, index) => {
    const now = from + index * 250;
    const [next, remedy] = watchStep(watch, now, bytes);
    watch = next;
    if (remedy) asked.push([now, remedy]);
  });
  return [watch, asked];
}

const silent = (bytes: number, seconds: number): number[] => Array.from({ length: seconds * 4 }, () => bytes);
const flowingAt0 = watchStep(startWatch(0), 0, 100)[0];

test("silence first asks signalling, then restarts ICE, then makes a new connection, once each", () => {
  expect(run(flowingAt0, 250, silent(100, 12))[1]).toEqual([
    [750, "ask"],
    [1500, "restart"],
    [6500, "renew"],
  ]);
});

test("packets end the alarm", () => {
  const [watch, asked] = run(flowingAt0, 250, [100, 100, 100, 100, 100, 100, 200, 300]);
  expect(asked).toEqual([
    [750, "ask"],
    [1500, "restart"],
  ]);
  expect(watch.path).toBe("flowing");
});

test("a trickle is not silence", () => {
  expect(run(flowingAt0, 250, [100, 110, 110, 110, 120, 120, 120, 130])[1]).toEqual([]);
});

test("a path is open until it is restarted", () => {
  const [quiet] = run(flowingAt0, 250, silent(100, 1));
  expect(isOpen(quiet)).toBe(true);
  expect(isOpen(run(quiet, 1250, silent(100, 1))[0])).toBe(false);
});

test("a page that slept starts counting when it wakes", () => {
  expect(watchStep(flowingAt0, 60_000, 100)[1]).toBeNull();
  expect(run(watchStep(flowingAt0, 60_000, 100)[0], 60_250, silent(100, 3))[1]).toEqual([
    [60_750, "ask"],
    [61_500, "restart"],
  ]);
});

test("a new connection has 10 s for its handshakes", () => {
  expect(run(startWatch(0), 0, silent(0, 12))[1]).toEqual([[10_000, "renew"]]);
});

test("another network restarts at once, unless nothing ever flowed", () => {
  expect(networkChanged(flowingAt0, 100)[1]).toBe("restart");
  expect(networkChanged(startWatch(0), 100)[1]).toBeNull();
});

test("the browser's own word that the path is lost restarts an open one, once", () => {
  const [watch, remedy] = pathLost(flowingAt0, 100);
  expect(remedy).toBe("restart");
  expect(pathLost(watch, 200)[1]).toBeNull();
});

test("the browser's own failure makes a new connection once", () => {
  const [watch, remedy] = pathFailed(flowingAt0, 100);
  expect(remedy).toBe("renew");
  expect(pathFailed(watch, 200)[1]).toBeNull();
});

test("bytes are the transport's, or where it has none its pairs'", () => {
  const pairs = [
    { type: "candidate-pair", bytesReceived: 3 },
    { type: "candidate-pair", bytesReceived: 4 },
  ];
  expect(receivedBytes([...pairs, { type: "transport", bytesReceived: 9 }])).toBe(9);
  expect(receivedBytes([...pairs, { type: "transport" }])).toBe(7);
});
