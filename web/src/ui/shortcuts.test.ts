import { describe, expect, it } from "vitest";

import { SHORTCUTS, shortcutFor } from "./shortcuts";

const press = (key: string, more = {}) => ({ key, ctrlKey: false, altKey: false, metaKey: false, repeat: false, ...more });

describe("shortcutFor", () => {
  it.each(Object.entries(SHORTCUTS))("%s does %s", (key, action) => {
    expect(shortcutFor(press(key), false)).toBe(action);
  });

  it("does not mind Caps Lock", () => {
    expect(shortcutFor(press("M"), false)).toBe("mute");
  });

  it("leaves the browser's own keys and typing alone", () => {
    expect(shortcutFor(press("m", { ctrlKey: true }), false)).toBeNull();
    expect(shortcutFor(press("m", { metaKey: true }), false)).toBeNull();
    expect(shortcutFor(press("m", { altKey: true }), false)).toBeNull();
    expect(shortcutFor(press("m"), true)).toBeNull();
  });

  it("does not flip back and forth while a key is held", () => {
    expect(shortcutFor(press("m", { repeat: true }), false)).toBeNull();
  });

  it("ignores keys without a meaning", () => {
    expect(shortcutFor(press("q"), false)).toBeNull();
    expect(shortcutFor(press("constructor"), false)).toBeNull();
  });
});
