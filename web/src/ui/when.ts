/** Times in words, in the visitor's own time zone. `at` in seconds since 1970, `now` in milliseconds. Pure. */

import i18next from "i18next";
import { t } from "../i18n";

const DAY_MS = 86_400_000;

/** "7:00 PM". `zone` only in tests: else the visitor's. */
export function timeOf(at: number, zone?: string): string {
  return format(at * 1000, { hour: "numeric", minute: "2-digit" }, zone);
}

/** "today at 7:00 PM EST", "tomorrow at ...", "Monday, November 30 at ...". */
export function whenOf(at: number, now: number, zone?: string): string {
  const time = format(at * 1000, { hour: "numeric", minute: "2-digit", timeZoneName: "short" }, zone);
  const days = dayOf(at * 1000, zone) - dayOf(now, zone);
  if (days === 0) return t("when.today", { time });
  if (days === 1) return t("when.tomorrow", { time });
  return t("when.day", { day: format(at * 1000, { weekday: "long", month: "long", day: "numeric" }, zone), time });
}

/** Days of the calendar since 1970: some have 23 hours, some 25. */
function dayOf(at: number, zone?: string): number {
  const iso = new Intl.DateTimeFormat("en-CA", { ...(zone && { timeZone: zone }) }).format(at); // 2026-11-23
  return Date.parse(iso) / DAY_MS;
}

function format(at: number, how: Intl.DateTimeFormatOptions, zone?: string): string {
  // Browsers put a narrow no-break space before "PM"; some fonts have none.
  return new Intl.DateTimeFormat(i18next.language, { ...how, ...(zone && { timeZone: zone }) }).format(at).replaceAll("\u202f", "\u00a0");
}
