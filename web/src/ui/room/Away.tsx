import { t } from "../../i18n";
import type { SessionStore } from "../../session/model";
import { useHeadingFocus } from "../hooks";
import { TeamWatch } from "../team/TeamPanel";
import { Check } from "./Check";
import { Closing } from "./Closing";
import { LeaveQuickly } from "./LeaveQuickly";
import { PrivateHelpButton, PrivateHelpCard } from "./PrivateHelp";

interface Props {
  store: SessionStore;
  say: (text: string) => void;
  status: string;
  onBack: () => void;
}

/** Stepped away: nothing here tells a passer-by what is going on. The seat is kept. */
export function Away({ store, say, status, onBack }: Props) {
  const heading = useHeadingFocus();
  return (
    <main class="away" data-card="away">
      <p class="hidden-visually" role="status" aria-live="polite">
        {status}
      </p>
      <div class="away-top">
        {store.team.value === null && <LeaveQuickly store={store} />}
        {store.team.value === null && <PrivateHelpButton store={store} />}
      </div>
      {store.team.value !== null && <TeamWatch store={store} />}
      <div class="cards">
        <Check store={store} />
        <PrivateHelpCard store={store} />
        <Closing store={store} say={say} />
      </div>
      <div class="away-words">
        <h1 ref={heading} tabIndex={-1}>
          {t("away.title")}
        </h1>
        <p>{t("away.text")}</p>
        <button type="button" class="button primary large" data-action="come-back" onClick={onBack}>
          {t("away.back")}
        </button>
      </div>
    </main>
  );
}
