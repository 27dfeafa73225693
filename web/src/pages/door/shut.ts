/** Why the door is shut, and the words for it. Pure. */

import type { LinkOpen } from "../../protocol.gen";
import type { Notice } from "../../session/model";

export type Shut = Exclude<LinkOpen["why"], "open"> | "locked" | "declined" | "removed";

const SHUT: readonly Shut[] = ["too_early", "wrong_day", "over", "banned", "locked", "declined", "removed"];

/** What the server said to a knock, if it is about the door. */
export const shutBy = (notice: Notice | null): Shut | null => SHUT.find((one) => one === notice) ?? null;

/** It may open while the page is left open, or after another try; else only a call helps. */
export const mayOpen = (shut: Shut): boolean => shut === "too_early" || shut === "wrong_day" || shut === "locked";

export type ShutWords = "early" | "otherDay" | "over" | "overForGood" | "locked" | "declined" | "removed";

/** The words for it name a number. */
export const asksToCall = (words: ShutWords): boolean =>
  words === "overForGood" || words === "locked" || words === "declined" || words === "removed";

/** `next`: it is known when the next group is. */
export function shutWords(shut: Shut, next: boolean): ShutWords {
  switch (shut) {
    case "too_early":
      return next ? "early" : "overForGood";
    case "wrong_day":
    case "over":
      return next ? (shut === "over" ? "over" : "otherDay") : "overForGood";
    case "banned":
    case "declined":
      return "declined";
    default:
      return shut;
  }
}
