import type { Team } from "../../session/model";

/** Keys of the team's news that are old by now: calls closed or taken by somebody, people no longer at the door. Pure. */
export function teamOver(before: Team | null, after: Team | null): string[] {
  if (!before) return [];
  const open = new Set(after?.calls.filter((call) => call.state !== "coming").map((call) => call.id));
  const waiting = new Set(after?.waiting.map((knock) => knock.id));
  return [
    ...before.calls.filter((call) => !open.has(call.id)).map((call) => `call:${call.id}`),
    ...before.waiting.filter((knock) => !waiting.has(knock.id)).map((knock) => `knock:${knock.id}`),
  ];
}
