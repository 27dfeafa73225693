import { afterEach, expect, test, vi } from "vitest";
import { fakeWindow } from "./fakeStorage";
import { hashOf, KEPT_MS, parseSeat, Seats, sweepSeats, type Seat } from "./seats";

const NOW = 1_000_000_000;
const seat: Seat = { session: "s", participant: "p", secret: "x", name: "Sam", link: "l", at: NOW };

/** This machine's browsers: a lock that another tab holds is never given. */
function browser(local: Record<string, string> = {}, tab: Record<string, string> = {}, heldElsewhere: string[] = []) {
  const made = fakeWindow(local, tab);
  vi.stubGlobal("window", made);
  const locks = {
    query: async () => ({ held: heldElsewhere.map((name) => ({ name })) }),
    request: async (name: string, how: LockOptions, hold: (lock: object | null) => Promise<void> | undefined) => {
      if (!heldElsewhere.includes(name)) return hold({ name });
      if (how.ifAvailable) return hold(null);
      throw new DOMException("waited long enough", "AbortError");
    },
  };
  vi.stubGlobal("navigator", { locks });
  return made;
}

const stored = (one: Seat): Record<string, string> => ({
  [`kinroom.resume.${one.session}`]: JSON.stringify(one),
  [`kinroom.link.${one.link}`]: one.session,
});

afterEach(() => vi.unstubAllGlobals());

test("a seat belongs to its link", () => {
  expect(parseSeat(JSON.stringify(seat), "l")).toEqual(seat);
  expect(parseSeat(JSON.stringify(seat), "other")).toBeNull();
  expect(parseSeat(JSON.stringify(seat), null)).toEqual(seat);
});

test.each([null, "", "null", "7", "{}", "[]", JSON.stringify({ ...seat, secret: 7 }), JSON.stringify({ ...seat, at: "now" })])(
  "%s is no seat",
  (text) => {
    expect(parseSeat(text, "l")).toBeNull();
  },
);

test("a link is known by the SHA-256 of its token", async () => {
  expect(await hashOf("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

test("ten minutes after the last contact nothing of a seat stays in the browser", () => {
  const old = { ...seat, session: "old", link: "old-link", at: NOW - KEPT_MS };
  const made = browser(
    { ...stored(seat), ...stored(old), "kinroom.link.dangling": "gone", "kinroom.selfHidden": "true" },
    { "kinroom.seat": JSON.stringify(old) },
  );
  sweepSeats(NOW + 1);
  expect(made.localStorage.all()).toEqual({ ...stored(seat), "kinroom.selfHidden": "true" });
  expect(made.sessionStorage.all()).toEqual({});
});

test("a reload finds its own seat behind the link", async () => {
  browser(stored({ ...seat, participant: "other-tab" }), { "kinroom.seat": JSON.stringify(seat) });
  expect(await new Seats().find("l")).toEqual(seat);
});

test("a browser that was opened again finds the seat it had, by its link", async () => {
  browser(stored(seat));
  expect(await new Seats().find("l")).toEqual(seat);
  expect(await new Seats().find("another-link")).toBeNull();
});

test("without the link it is the freshest seat that no other tab holds", async () => {
  const before = { ...seat, session: "before", link: "b", at: NOW - 60_000 };
  const held = { ...seat, session: "held", link: "h", participant: "q", at: NOW + 1 };
  browser({ ...stored(before), ...stored(seat), ...stored(held) }, {}, ["kinroom.seat.held.q"]);
  expect(await new Seats().findLast()).toEqual(seat);
});

test("no seat, nothing to come back to", async () => {
  browser();
  expect(await new Seats().findLast()).toBeNull();
});

test("the time of the last contact is kept, without a write for each message", async () => {
  const made = browser();
  const seats = new Seats();
  await seats.take(seat);
  const at = () => parseSeat(made.localStorage.getItem("kinroom.resume.s"), "l")?.at;
  seats.touch({ ...seat, at: NOW + 60_000 });
  expect(at()).toBe(NOW + 60_000);
  seats.touch({ ...seat, at: NOW + 61_000 });
  expect(at()).toBe(NOW + 60_000);
  seats.touch({ ...seat, name: "Blue", at: NOW + 61_500 }, true);
  expect(parseSeat(made.localStorage.getItem("kinroom.resume.s"), "l")?.name).toBe("Blue");
});

test("who leaves leaves nothing behind", async () => {
  const made = browser();
  const seats = new Seats();
  await seats.take(seat);
  expect(made.localStorage.length + made.sessionStorage.length).toBe(3);
  seats.forget(seat);
  expect(made.localStorage.length + made.sessionStorage.length).toBe(0);
});
