import { expect, test } from "vitest";
import { timeOf, whenOf } from "./when";

const at = (text: string): number => Date.parse(text) / 1000;
const plain = (text: string): string => text.replaceAll("\u00a0", " ");
const NOON = Date.parse("2026-11-23T17:00:00Z"); // 12:00 in New York, 9:00 in Los Angeles

test.each([
  ["2026-11-24T00:00:00Z", "America/New_York", "today at 7:00 PM EST"],
  ["2026-11-24T00:00:00Z", "America/Los_Angeles", "today at 4:00 PM PST"],
  ["2026-11-25T00:00:00Z", "America/New_York", "tomorrow at 7:00 PM EST"],
  ["2026-12-01T00:00:00Z", "America/New_York", "Monday, November 30 at 7:00 PM EST"],
  ["2026-11-24T00:00:00Z", "Pacific/Auckland", "today at 1:00 PM GMT+13"],
])("%s is, in %s, %s", (start, zone, words) => {
  expect(plain(whenOf(at(start), NOON, zone))).toBe(words);
});

test.each([
  ["2026-11-01T03:30:00Z", "2026-11-02T00:30:00Z", "tomorrow at 7:30 PM EST"],
  ["2027-03-14T04:30:00Z", "2027-03-14T23:30:00Z", "tomorrow at 7:30 PM EDT"],
])("tomorrow is a day of the calendar, also when clocks change that night (now %s)", (now, start, words) => {
  expect(plain(whenOf(at(start), Date.parse(now), "America/New_York"))).toBe(words);
});

test("a time alone needs no zone", () => {
  expect(plain(timeOf(at("2026-11-24T00:10:00Z"), "America/New_York"))).toBe("7:10 PM");
});
