import { Pause, Play } from "lucide";

import { t } from "../../i18n";
import type { SessionStore } from "../../session/model";
import { Icon } from "../Icon";
import { nameOf } from "../staff";

/** The calm card while the group is paused. Facilitators stay seen and heard below it. */
export function Paused({ store }: { store: SessionStore }) {
  const by = store.roomView.value?.paused_by ?? null;
  const name = nameOf(store.people.value, by, t("aid.somebody"));
  return (
    <section class="calm" data-card="paused" aria-labelledby="paused-title">
      <Icon of={Pause} />
      <h2 id="paused-title">{t("mod.paused", { name })}</h2>
      <p>{t("mod.pausedText")}</p>
    </section>
  );
}

export function PausedForTeam({ store }: { store: SessionStore }) {
  return (
    <div class="banner" data-card="paused">
      <span>{t("mod.pausedTeam")}</span>
      <button type="button" class="button" data-action="resume-group" onClick={() => void store.act({ type: "resume_group" })}>
        <Icon of={Play} />
        {t("mod.goOn")}
      </button>
    </div>
  );
}
