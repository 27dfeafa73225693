import { DoorOpen, Ellipsis, RotateCw } from "lucide";

import { t } from "../../i18n";
import type { Knock, SessionStore } from "../../session/model";
import { Icon } from "../Icon";
import { ask, open } from "./acting";
import { atTheDoor } from "./order";

/** Who waits to be let in. Those on the list can come in with one tap; everybody else is looked at by themself. */
export function Knocks({ store }: { store: SessionStore }) {
  const team = store.team.value;
  if (!team) return null;
  const { expected, others, ready } = atTheDoor(team.waiting);
  return (
    <section class="team-part" aria-labelledby="knocks-title">
      <h2 id="knocks-title" tabIndex={-1} data-focus="knocks">
        {t("team.knocks")}
        {team.waiting.length > 0 && <span class="count">{team.waiting.length}</span>}
      </h2>
      {team.locked && <p class="small soft">{t("team.doorLocked")}</p>}
      {team.waiting.length === 0 && !team.locked && <p class="small soft">{t("team.nobodyWaits")}</p>}
      {ready > 1 && (
        <button type="button" class="button primary" data-action="admit-all" onClick={() => void ask(store, { type: "admit_expected" })}>
          <Icon of={DoorOpen} />
          {t("team.admitAll", { count: ready })}
        </button>
      )}
      <KnockList store={store} knocks={expected} />
      <KnockList store={store} knocks={others} />
    </section>
  );
}

function KnockList({ store, knocks }: { store: SessionStore; knocks: readonly Knock[] }) {
  if (knocks.length === 0) return null;
  return (
    <ul class="knocks">
      {knocks.map((knock) => (
        <li key={knock.id} class="knock" data-kind={knock.kind} data-knock={knock.id}>
          <span class="knock-words">
            <strong class="name">{knock.name}</strong>
            <span class="small soft">{whoIsThat(store, knock)}</span>
            {!knock.present && (
              <span class="small soft sign">
                <Icon of={RotateCw} />
                {t("team.knockAway")}
              </span>
            )}
          </span>
          <span class="team-buttons">
            <button
              type="button"
              class="button"
              data-action="admit"
              aria-label={t("team.admitName", { name: knock.name })}
              onClick={() => void ask(store, { type: "admit", participant: knock.id })}
            >
              {t("team.admit")}
            </button>
            <button
              type="button"
              class="round"
              data-action="knock-more"
              aria-haspopup="dialog"
              aria-label={t("team.moreName", { name: knock.name })}
              onClick={() => (open.value = { what: "knock", id: knock.id })}
            >
              <Icon of={Ellipsis} />
            </button>
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Why this knock is listed where it is, and what the person comes as. */
export function whoIsThat(store: SessionStore, knock: Knock): string {
  const words = knock.sent_back ? t("team.sentBack") : kindWords(store, knock);
  const as = knock.function ? t(`function.${knock.function}`) : knock.role === "participant" ? null : t(`role.${knock.role}`);
  return as ? `${words}, ${as}` : words;
}

function kindWords(store: SessionStore, { kind, of }: Knock): string {
  if (kind !== "other_device") return t(`team.kind.${kind}`);
  const name = store.people.value.find((person) => person.id === of)?.name;
  return name ? t("team.kind.other_device", { name }) : t("team.kind.other_device_nameless");
}
