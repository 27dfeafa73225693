import { t } from "../../i18n";
import type { SessionStore } from "../../session/model";
import { ask } from "./acting";
import { Trouble } from "./Trouble";

/** For a facilitator who waits while nobody leads: a minute after the last facilitator's connection was lost. */
export function TakeOver({ store }: { store: SessionStore }) {
  return (
    <section class="team-card" aria-labelledby="take-over">
      <h2 id="take-over">{t("team.standby.takeOver")}</h2>
      <p>{t("team.standby.takeOverText")}</p>
      <Trouble />
      <button type="button" class="button primary" data-action="take-over" onClick={() => void ask(store, { type: "take_over" })}>
        {t("team.standby.takeOverDo")}
      </button>
    </section>
  );
}
