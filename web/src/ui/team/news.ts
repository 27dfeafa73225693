/** What happened for facilitators since the last look, in words for the one polite status line. Pure. */

import { t } from "../../i18n";
import type { Team } from "../../session/model";
import type { Notice } from "../status";
import { answeredOk } from "./order";

/**
 * `nameOf`: names of people in the room; those who have left are passed over. `discreet`: others may read along, so
 * nobody is named. Keys name the call or the knock, so that a notice that is over before its turn can be taken back.
 */
export function teamNews(
  before: Team | null,
  after: Team | null,
  nameOf: (id: string) => string | undefined,
  discreet = false,
): Notice[] {
  if (!before || !after) return [];
  const knew = new Set(before.waiting.map((knock) => knock.id));
  const knocks = after.waiting.filter((knock) => !knew.has(knock.id) && !knock.sent_back);
  const called = new Set(before.calls.map((call) => call.id));
  const calls = after.calls.filter((call) => !called.has(call.id));
  const stays = after.stays.filter((id) => !before.stays.includes(id));
  if (discreet) {
    return [
      ...calls.map(({ id }) => ({ kind: "say", text: t("team.call.label"), key: `call:${id}`, first: true }) as const),
      ...knocks.map(({ id }) => ({ kind: "say", text: t("team.news.someoneKnocks"), key: `knock:${id}` }) as const),
    ];
  }
  const ok = named(answeredOk(before, after), nameOf).map((name) => t("team.news.ok", { name }));
  const staying = named(stays, nameOf).map((name) => t("team.news.stays", { name }));
  return [
    ...calls.map(({ id, kind, name }) => ({ kind: "say", text: t(`team.call.${kind}`, { name }), key: `call:${id}`, first: true }) as const),
    ...knocks.map(({ id, name }) => ({ kind: "knock", name, key: `knock:${id}` }) as const),
    ...[...ok, ...staying].map((text) => ({ kind: "say", text }) as const),
  ];
}

function named(ids: readonly string[], nameOf: (id: string) => string | undefined): string[] {
  return ids.map(nameOf).filter((name) => name !== undefined);
}
