import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fakeWindow } from "./fakeStorage";
import { keep, kept } from "./kept";

beforeEach(() => void vi.stubGlobal("window", fakeWindow({ "kinroom.kept.broken": "{" })));
afterEach(() => vi.unstubAllGlobals());

test("a person is known again behind their own link only", () => {
  keep("link", { name: "Sam", checked: true });
  expect(kept("link")).toEqual({ name: "Sam", checked: true });
  expect(kept("other")).toEqual({ name: null, checked: false });
});

test("where links have no hash, and with what somebody else wrote, nobody is known", () => {
  keep("", { name: "Sam", checked: true });
  expect(kept("")).toEqual({ name: null, checked: false });
  expect(kept("broken")).toEqual({ name: null, checked: false });
});
