import { useId } from "preact/hooks";

import { t } from "../../i18n";
import type { Person, SessionStore } from "../../session/model";
import { ask } from "./acting";

/** For whom an interpreter is here. */
export function Follows({ store, person }: { store: SessionStore; person: Person }) {
  const id = useId();
  const others = store.people.value.filter((one) => one.id !== person.id && one.function === null);
  return (
    <div class="field">
      <label for={id}>{t("team.member.follows")}</label>
      <select
        id={id}
        class="input"
        value={person.with ?? ""}
        onChange={(event) => void ask(store, { type: "follow", participant: person.id, whom: event.currentTarget.value || null })}
      >
        <option value="">{t("team.member.followsNobody")}</option>
        {others.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name}
          </option>
        ))}
      </select>
      <p class="small soft">{t("team.member.followsNote")}</p>
    </div>
  );
}
