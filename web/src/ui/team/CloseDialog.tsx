import { useState } from "preact/hooks";

import { listOfNames, t } from "../../i18n";
import type { Request, SessionStore } from "../../session/model";
import { Dialog } from "../Dialog";
import { askThen } from "./acting";
import { Trouble } from "./Trouble";

const NOTICE = [5, 2, 0] as const; // minutes; protocol.py: CloseGroup

/** Ends the group with notice, or at once. Private talks go on; ending those too takes two taps. */
export function CloseDialog({ store, onClose }: { store: SessionStore; onClose: () => void }) {
  const [sure, setSure] = useState(false);
  const stays = store.team.value?.stays ?? [];
  const names = store.people.value.filter((person) => stays.includes(person.id)).map((person) => person.name);
  const act = (request: Request) => askThen(store, request, onClose);
  return (
    <Dialog title={t("team.closing.title")} onClose={onClose}>
      <Trouble />
      <p>{t("team.closing.lead")}</p>
      {names.length > 0 && <p>{t("team.closing.stays", { names: listOfNames(names) })}</p>}
      <div class="dialog-actions">
        {NOTICE.map((minutes) => (
          <button
            key={minutes}
            type="button"
            class="button"
            data-action={`close-in-${minutes}`}
            onClick={() => void act({ type: "close_group", minutes })}
          >
            {minutes ? t("team.closing.in", { count: minutes }) : t("team.closing.now")}
          </button>
        ))}
      </div>
      <button
        type="button"
        class="button plain"
        data-action="end-all"
        onClick={() => (sure ? void act({ type: "end_group" }) : setSure(true))}
      >
        {t(sure ? "team.closing.endSure" : "team.closing.end")}
      </button>
    </Dialog>
  );
}
