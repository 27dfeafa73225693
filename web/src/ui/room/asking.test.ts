import { signal } from "@preact/signals";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { ActAnswer, SessionStore } from "../../session/model";
import { asking, callPrivately, takeBack } from "./asking";

type Sent = { type: string; answer: (answer: ActAnswer) => void };

/** The three things of a store that matter here. */
function store(phase = "inRoom") {
  const sent: Sent[] = [];
  const mine = signal<{ private: object | null }>({ private: null });
  const act = ({ type }: { type: string }) => new Promise<ActAnswer>((answer) => sent.push({ type, answer }));
  const now = signal(phase);
  return { sent, phase: now, it: { phase: now, mine, act } as unknown as SessionStore };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  asking.value = "no";
});

describe("private help", () => {
  it("is sent by one tap", async () => {
    const { sent, it: page } = store();
    callPrivately(page);
    expect(sent.map(({ type }) => type)).toEqual(["call_help"]);
    expect(asking.value).toBe("sending");
    sent[0]!.answer({ ok: true });
    await vi.advanceTimersByTimeAsync(0);
    expect(asking.value).toBe("no");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toHaveLength(1);
  });

  it("shows whom to phone when no answer comes, and goes on trying", async () => {
    const { sent, it: page } = store();
    callPrivately(page);
    await vi.advanceTimersByTimeAsync(2600);
    expect(asking.value).toBe("late");
    await vi.advanceTimersByTimeAsync(4000);
    expect(sent.length).toBeGreaterThan(1);
    sent.at(-1)!.answer({ ok: true });
    await vi.advanceTimersByTimeAsync(0);
    expect(asking.value).toBe("no");
  });

  it("shows whom to phone at once while the connection is down", () => {
    const { it: page } = store("reconnecting");
    callPrivately(page);
    expect(asking.value).toBe("late");
  });

  it("tries again after a refusal", async () => {
    const { sent, it: page } = store();
    callPrivately(page);
    sent[0]!.answer({ ok: false, code: "too_many" });
    await vi.advanceTimersByTimeAsync(3000);
    expect(asking.value).toBe("late");
    expect(sent).toHaveLength(2);
  });

  it("taken back before it arrived is taken back when it arrives", async () => {
    const { sent, it: page } = store();
    callPrivately(page);
    takeBack(page);
    sent[0]!.answer({ ok: true });
    await vi.advanceTimersByTimeAsync(0);
    expect(sent.map(({ type }) => type)).toEqual(["call_help", "cancel_help"]);
    expect(asking.value).toBe("no");
  });

  it("ends with leaving", async () => {
    const { sent, phase, it: page } = store("reconnecting");
    callPrivately(page);
    phase.value = "left";
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asking.value).toBe("no");
    expect(sent).toHaveLength(1);
  });
});
