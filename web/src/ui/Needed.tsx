import { t } from "../i18n";
import type { Person, SessionStore } from "../session/model";
import { Switch } from "./Switch";

/** "I need this one", for who reads signs or lips. Mine alone, and one at a time: nobody else is told. */
export function Needed({ store, person }: { store: SessionStore; person: Person }) {
  const on = store.needed.value === person.id;
  return <Switch label={t("needed.label")} note={t("needed.note")} on={on} onChange={(wanted) => store.setNeeded(wanted ? person.id : null)} />;
}
