import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fakeWindow, type FakeWindow } from "./fakeStorage";
import { most, Wishes } from "./wishes";

let storage: FakeWindow;

beforeEach(() => {
  storage = fakeWindow();
  vi.stubGlobal("window", storage);
});

afterEach(() => vi.unstubAllGlobals());

test.each([
  ["all", Infinity, false, { limit: Infinity, scale: 1, lines: Infinity }],
  ["all", 6, false, { limit: 6, scale: 0.5, lines: Infinity }],
  ["all", Infinity, true, { limit: 4, scale: 1, lines: Infinity }],
  ["all", 2, true, { limit: 2, scale: 0.5, lines: Infinity }],
  ["low", Infinity, false, { limit: 1, scale: 1, lines: 180 }],
  ["sound", Infinity, true, { limit: 0, scale: 1, lines: Infinity }],
] as const)("%s, %d pictures decodable, phone: %s", (thrift, decodable, phone, expected) => {
  const wishes = new Wishes();
  wishes.setThrift(thrift);
  expect(wishes.asking("me", decodable, phone)).toEqual({ me: "me", needed: null, ...expected });
});

test("the screens arrange as many pictures as the device takes", () => {
  expect([most(Infinity, false), most(9, false), most(9, true), most(3, true)]).toEqual([Infinity, 9, 4, 3]);
});

test("a reload finds both again, and what was taken back is nowhere", () => {
  const wishes = new Wishes();
  wishes.setNeeded("p3");
  wishes.setThrift("low");
  expect(new Wishes().asking("me", Infinity, false)).toMatchObject({ needed: "p3", limit: 1 });
  wishes.setNeeded(null);
  wishes.setThrift("all");
  expect(storage.sessionStorage.all()).toEqual({});
});
