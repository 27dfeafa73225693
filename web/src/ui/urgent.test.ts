import { beforeEach, describe, expect, it } from "vitest";

import { hush, shout, urgent } from "./urgent";

beforeEach(() => void (urgent.value = { text: "", n: 0, at: -Infinity }));

describe("shout", () => {
  it("says the same words again as something new", () => {
    shout("Ana muted your microphone.", 0);
    shout("Ana muted your microphone.", 100);
    expect(urgent.value).toMatchObject({ text: "Ana muted your microphone.", n: 2 });
  });

  it("keeps what was said a moment ago", () => {
    shout("This group ends at 7:30.", 0);
    shout("Ana muted your microphone.", 400);
    expect(urgent.value.text).toBe("This group ends at 7:30. Ana muted your microphone.");
    shout("Are you OK?", 9000);
    expect(urgent.value.text).toBe("Are you OK?");
  });

  it("forgets what belongs to another page", () => {
    shout("You're in the group now.", 0);
    hush();
    shout("You're out of the group for now.", 100);
    expect(urgent.value.text).toBe("You're out of the group for now.");
  });
});
