import { signal } from "@preact/signals";
import { afterEach, expect, test } from "vitest";

import type { SessionStore } from "../../session/model";
import { forOtherEyes, isDiscreet, uncovered } from "./discreet";
import { call, elsewhere, knock, team } from "./testing";

const sharing = signal(false);
const store = { sharing } as unknown as SessionStore;

afterEach(() => {
  sharing.value = false;
  uncovered.value = false;
});

test("names are left out while a screen is shared, until they are asked for", () => {
  expect(isDiscreet(store)).toBe(false);
  sharing.value = true;
  expect(isDiscreet(store)).toBe(true);
  uncovered.value = true;
  expect(isDiscreet(store)).toBe(false);
});

test("nobody's name and nothing private is left for other eyes", () => {
  const busy = team({
    waiting: [knock("Ruth")],
    calls: [call("private.sam", { name: "Sam", note: "My partner is here" })],
    elsewhere: [elsewhere("Noor", "private.noor")],
    stays: ["lee"],
    desk: ["Pat"],
    checks: ["mateo"],
    locked: true,
  });
  const left = forOtherEyes(busy);
  expect(JSON.stringify(left)).not.toMatch(/Ruth|Sam|partner|Noor|lee|Pat|mateo/);
  expect(left.locked).toBe(true);
});
