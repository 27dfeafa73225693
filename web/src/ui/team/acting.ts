/** What facilitators open and ask for, and what did not work, for all parts of the team's view at once. */

import { signal } from "@preact/signals";

import { t } from "../../i18n";
import type { ActAnswer, Request, SessionStore } from "../../session/model";

/** What lies over the page. People and group are sheets, where the panel has no room beside the stage. */
export type Open =
  | { readonly what: "people" | "group" | "close" | "break" | "standby" | "plan" | "board" }
  | { readonly what: "person" | "knock"; readonly id: string };

export const open = signal<Open | null>(null);

/** Why the last thing did not work, in words; null once something works. */
export const trouble = signal<string | null>(null);

type Code = Extract<ActAnswer, { ok: false }>["code"];

/** Asks the server. True: done. False: `trouble` says why not, in words of this request's own if there are any. */
export async function ask(store: SessionStore, request: Request, words: Partial<Record<Code, string>> = {}): Promise<boolean> {
  const answer = await store.act(request);
  trouble.value = answer.ok ? null : (words[answer.code] ?? wordsFor(answer.code));
  return answer.ok;
}

/** Closes what asked when it is done; else it stays, and `Trouble` in it says why. */
export async function askThen(store: SessionStore, request: Request, done: () => void): Promise<void> {
  if (await ask(store, request)) done();
}

export function wordsFor(code: Code): string {
  switch (code) {
    case "unreachable":
      return t("team.troubleOffline");
    case "no_such":
    case "not_now":
      return t("team.troubleGone");
    case "busy":
      return t("team.troubleBusy");
    case "bad_name":
      return t("join.nameRefused");
    case "not_allowed":
      return t("team.troubleNotAllowed");
    default:
      return t("team.trouble");
  }
}
