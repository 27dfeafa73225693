/** Which steps lead through the door: what the programme asks for, less what this person has settled before. Pure. */

import type { LinkOpen, Step } from "../../protocol.gen";
import type { Kept } from "../../session/kept";

/** "enter": nothing to settle, only the tap that a browser wants before it plays sound. */
export type DoorStep = Step | "enter";

/** The name that they come in with unless they say otherwise; "" when none is known. */
export const knownName = (link: LinkOpen, kept: Kept): string =>
  link.fixed ? (link.name ?? "") : (kept.name ?? link.name ?? "");

/** The desk has neither camera nor microphone here; supervisors and trainees watch until a facilitator allows more. */
const sends = (link: LinkOpen): boolean =>
  link.function !== "supervisor" &&
  link.function !== "trainee" &&
  link.roles.some((role) => role === "participant" || role === "guest" || role === "facilitator");

/** Never empty; the last one joins. */
export function stepsFor(link: LinkOpen, kept: Kept): readonly DoorStep[] {
  const wanted = ordered(link.steps).filter((step) => isNew(step, link, kept));
  return wanted.length > 0 ? wanted : ["enter"];
}

/** Without a name, or without the agreement, nobody is let in: these are asked even if no programme lists them. */
function ordered(steps: readonly Step[]): readonly Step[] {
  const missing = (["name", "agreement"] as const).filter((step) => !steps.includes(step));
  return [...missing, ...steps];
}

function isNew(step: Step, link: LinkOpen, kept: Kept): boolean {
  switch (step) {
    case "name":
      return knownName(link, kept) === "";
    case "agreement":
      return link.agreement !== null;
    case "devices":
      return sends(link);
    case "check":
      return sends(link) && !kept.checked;
  }
}
