import { t } from "../i18n";
import type { DeskPerson, SessionStore } from "../session/model";
import { useHeadingFocus } from "../ui/hooks";
import { Mark } from "../ui/Mark";

const ORDER: readonly DeskPerson["state"][] = ["waiting", "here", "away", "gone"];

/** Coordinators and admins: who is here, by name. No rooms, no pictures, no sound. */
export function Desk({ store }: { store: SessionStore }) {
  const heading = useHeadingFocus();
  const desk = store.desk.value;
  if (!desk) return null;
  const people = [...desk.people].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.name.localeCompare(b.name));
  return (
    <main class="page desk">
      <Mark />
      <div>
        <h1 ref={heading} tabIndex={-1}>
          {t("desk.title")}
        </h1>
        <p class="soft">{t("desk.lead")}</p>
      </div>
      {store.phase.value === "reconnecting" && <p role="status">{t("room.reconnecting")}</p>}
      {desk.waiting > 0 && <p role="status">{t("desk.waiting", { count: desk.waiting })}</p>}
      {people.length === 0 && <p class="soft">{t("desk.empty")}</p>}
      <ul class="desk-people">
        {people.map((person) => (
          <li key={person.id} data-state={person.state}>
            <span>
              <strong>{person.name}</strong>
              <span class="small soft block">{person.function ? t(`function.${person.function}`) : t(`role.${person.role}`)}</span>
            </span>
            <span class="small">{t(`desk.state.${person.state}`)}</span>
          </li>
        ))}
      </ul>
      <button type="button" class="button" data-action="leave" onClick={() => store.leave()}>
        {t("desk.leave")}
      </button>
    </main>
  );
}
