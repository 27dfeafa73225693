import { t } from "../../i18n";
import type { SessionStore } from "../../session/model";
import { useHeadingFocus } from "../hooks";
import { TeamWatch } from "../team/TeamPanel";
import { Check } from "./Check";
import { Closing } from "./Closing";
import { LeaveQuickly } from "./LeaveQuickly";
import { PrivateHelpButton, PrivateHelpCard } from "./PrivateHelp";
import { useComeBack } from "./useComeBack";

interface Props {
  store: SessionStore;
  say: (text: string) => void;
  lost: boolean;
}

/** Stepped away: nothing here tells a passer-by what is going on. The seat is kept. */
export function Away({ store, say, lost }: Props) {
  const heading = useHeadingFocus();
  const [coming, back] = useComeBack(store);
  return (
    <main class="away" data-card="away">
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
        {lost && <p class="soft">{t("room.reconnecting")}</p>}
        <button type="button" class="button primary large" data-action="come-back" aria-disabled={coming} onClick={back}>
          {t(coming ? "away.coming" : "away.back")}
        </button>
      </div>
    </main>
  );
}
