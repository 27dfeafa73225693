import { expect, test } from "vitest";
import { hashOf, parseSeat } from "./seats";

const seat = { session: "s", participant: "p", secret: "x", name: "Sam", link: "l" };

test("a seat belongs to its link", () => {
  expect(parseSeat(JSON.stringify(seat), "l")).toEqual(seat);
  expect(parseSeat(JSON.stringify(seat), "other")).toBeNull();
});

test.each([null, "", "null", "7", "{}", "[]", JSON.stringify({ ...seat, secret: 7 })])("%s is no seat", (text) => {
  expect(parseSeat(text, "l")).toBeNull();
});

test("a link is known by the SHA-256 of its token", async () => {
  expect(await hashOf("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
