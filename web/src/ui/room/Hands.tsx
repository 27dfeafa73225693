import { Hand } from "lucide";

import { t } from "../../i18n";
import type { Person, SessionStore } from "../../session/model";
import { Icon } from "../Icon";

/** Who has a hand up, in order. Pure. */
export function queue(people: readonly Person[]): Person[] {
  return people.filter((person) => person.hand !== null).sort((one, other) => one.hand! - other.hand!);
}

/** The hand queue; facilitators may lower hands in it. */
export function Hands({ store }: { store: SessionStore }) {
  const up = queue(store.people.value);
  const room = store.roomView.value;
  if (up.length === 0 || !room) return null;
  const team = store.team.value !== null;
  return (
    <section class="hands" aria-label={t("hand.title")}>
      <Icon of={Hand} />
      <ol>
        {up.map((person) => (
          <li key={person.id}>
            {team && !person.me ? (
              <button
                type="button"
                class="hand-name"
                aria-label={t("hand.lower", { place: person.hand!, name: person.name })}
                onClick={() => void store.act({ type: "lower_other", participant: person.id })}
              >
                {`${person.hand}. ${person.name}`}
              </button>
            ) : (
              <span class="hand-name">{`${person.hand}. ${person.me ? t("hand.you") : person.name}`}</span>
            )}
          </li>
        ))}
      </ol>
      {team && up.length > 1 && (
        <button type="button" class="button plain" onClick={() => void store.act({ type: "lower_hands", room: room.id })}>
          {t("hand.lowerAll")}
        </button>
      )}
    </section>
  );
}
