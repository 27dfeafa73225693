/** What happened for facilitators since the last look, in words for the one polite status line. Pure. */

import { listOfNames, t } from "../../i18n";
import type { Team } from "../../session/model";
import { answeredOk } from "./order";

/** `nameOf`: names of people in the room; those who have left are passed over. */
export function teamNews(before: Team | null, after: Team | null, nameOf: (id: string) => string | undefined): string[] {
  if (!before || !after) return [];
  const knew = new Set(before.waiting.map((knock) => knock.id));
  const knocks = after.waiting.filter((knock) => !knew.has(knock.id) && !knock.sent_back).map((knock) => knock.name);
  const called = new Set(before.calls.map((call) => call.id));
  const calls = after.calls.filter((call) => !called.has(call.id));
  const stays = after.stays.filter((id) => !before.stays.includes(id));
  return [
    ...calls.map((call) => t(`team.call.${call.kind}`, { name: call.name })),
    ...(knocks.length ? [t("team.news.knock", { count: knocks.length, names: listOfNames(knocks) })] : []),
    ...named(answeredOk(before, after), nameOf).map((name) => t("team.news.ok", { name })),
    ...named(stays, nameOf).map((name) => t("team.news.stays", { name })),
  ];
}

function named(ids: readonly string[], nameOf: (id: string) => string | undefined): string[] {
  return ids.map(nameOf).filter((name) => name !== undefined);
}
