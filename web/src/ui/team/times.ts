/** Clock times that facilitators read and choose. Pure; moments are seconds since 1970 by the server's clock. */

const MINUTE = 60;
const HOUR = 3600;
/** A break that lasts longer than this is a slip of the finger. */
const LONGEST_BREAK = 4 * HOUR;

/** The end of a break of so many minutes, on a full minute, as people say it. */
export function breakEnd(now: number, minutes: number): number {
  return Math.ceil((now + minutes * MINUTE) / MINUTE) * MINUTE;
}

/** The next moment at which this clock, in this browser's zone, shows "19:10"; null if that is no break any more. */
export function untilClock(clock: string, now: number): number | null {
  const [hours, minutes] = clock.split(":").map(Number);
  if (hours === undefined || minutes === undefined || Number.isNaN(hours + minutes)) return null;
  const day = new Date(now * 1000);
  day.setHours(hours, minutes, 0, 0);
  if (day.getTime() / 1000 <= now) day.setDate(day.getDate() + 1);
  const until = day.getTime() / 1000;
  return until - now <= LONGEST_BREAK ? until : null;
}

/** The start of a day that a date field names ("2026-12-01"), in this browser's zone; null if it is not in the future. */
export function startOfDay(date: string, now: number): number | null {
  const [year, month, day] = date.split("-").map(Number);
  if (!year || !month || !day) return null;
  const at = new Date(year, month - 1, day).getTime() / 1000;
  return at > now ? at : null;
}

/** The date field's value so many days from now. */
export function dayAfter(now: number, days: number): string {
  const day = new Date(now * 1000);
  day.setDate(day.getDate() + days);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}
