import { EyeOff } from "lucide";

import { listOfNames, t } from "../../i18n";
import type { Me, Person, SessionStore } from "../../session/model";
import { nameOf } from "../staff";
import { Card } from "./Card";

/** Names of exactly those who can see and hear this person while covered; null: the room as usual. Pure. */
export function seers(mine: Me | null, people: readonly Person[]): string[] | null {
  if (!mine?.seen_by || mine.covered_by === null) return null;
  return mine.seen_by.map((id) => nameOf(people, id, t("aid.somebody")));
}

export function coveredWords(names: readonly string[]): string {
  return names.length ? t("mod.covered", { names: listOfNames(names) }) : t("mod.coveredNobody");
}

export function Covered({ store }: { store: SessionStore }) {
  const names = seers(store.mine.value, store.people.value);
  return names && <Card icon={EyeOff} title={coveredWords(names)} name="covered" />;
}
