import { expect, test } from "vitest";
import { networkChanged, pathFailed, receivedBytes, startWatch, watchStep, type Remedy, type Watch } from "./watch";

/** Feeds one byte count every 500 ms from `from` on; returns the watch and when which remedy was asked for. */
function run(watch: Watch, from: number, counts: number[]): [Watch, [number, Remedy][]] {
  const asked: [number, Remedy][] = [];
  counts.forEach((bytes, index) => {
    const now = from + index * 500;
    const [next, remedy] = watchStep(watch, now, bytes);
    watch = next;
    if (remedy) asked.push([now, remedy]);
  });
  return [watch, asked];
}

const silent = (bytes: number, seconds: number): number[] => Array.from({ length: seconds * 2 }, () => bytes);
const flowingAt0 = watchStep(startWatch(0), 0, 100)[0];

test("1.5 s of silence restarts ICE, 5 s more make a new connection, once each", () => {
  expect(run(flowingAt0, 500, silent(100, 12))[1]).toEqual([
    [1500, "restart"],
    [6500, "renew"],
  ]);
});

test("packets end the alarm", () => {
  const [watch, asked] = run(flowingAt0, 500, [100, 100, 100, 200, 300, 400]);
  expect(asked).toEqual([[1500, "restart"]]);
  expect(watch.path).toBe("flowing");
});

test("a trickle is not silence", () => {
  expect(run(flowingAt0, 500, [100, 110, 110, 120, 120, 130])[1]).toEqual([]);
});

test("a page that slept starts counting when it wakes", () => {
  expect(watchStep(flowingAt0, 60_000, 100)[1]).toBeNull();
  expect(run(watchStep(flowingAt0, 60_000, 100)[0], 60_500, silent(100, 3))[1]).toEqual([[61_500, "restart"]]);
});

test("a new connection has 10 s for its handshakes", () => {
  expect(run(startWatch(0), 0, silent(0, 12))[1]).toEqual([[10_000, "renew"]]);
});

test("another network restarts at once, unless nothing ever flowed", () => {
  expect(networkChanged(flowingAt0, 100)[1]).toBe("restart");
  expect(networkChanged(startWatch(0), 100)[1]).toBeNull();
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
