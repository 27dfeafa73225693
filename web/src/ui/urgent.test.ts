import { beforeEach, describe, expect, it } from "vitest";

import { hush, shout, urgent } from "./urgent";

beforeEach(hush);

describe("shout", () => {
  it("says the same words again as something new", () => {
    shout("Ana muted your microphone.", undefined, 0);
    shout("Ana muted your microphone.", undefined, 100);
    const { text, n } = urgent.value;
    expect(text).toBe("Ana muted your microphone.");
    shout(text, undefined, 200);
    expect(urgent.value).toEqual({ text, n: n + 1 });
  });

  it("keeps what was said a moment ago", () => {
    shout("This group ends at 7:30.", undefined, 0);
    shout("Ana muted your microphone.", undefined, 400);
    expect(urgent.value.text).toBe("This group ends at 7:30. Ana muted your microphone.");
    shout("Are you OK?", undefined, 9000);
    expect(urgent.value.text).toBe("Are you OK?");
  });

  it("forgets what belongs to another page", () => {
    shout("You're in the group now.", undefined, 0);
    hush();
    shout("You're out of the group for now.", undefined, 100);
    expect(urgent.value.text).toBe("You're out of the group for now.");
  });

  it("says two things of one moment, not a whole history", () => {
    for (const [at, text] of ["One.", "Two.", "Three."].entries()) shout(text, undefined, at * 500);
    expect(urgent.value.text).toBe("Two. Three.");
  });

  it("replaces what it said of the same thing", () => {
    shout("Telling your facilitators.", "private", 0);
    shout("Your facilitators have been told. Stay here.", "private", 200);
    expect(urgent.value.text).toBe("Your facilitators have been told. Stay here.");
  });
});
