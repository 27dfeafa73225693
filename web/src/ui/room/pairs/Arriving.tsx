import { useEffect } from "preact/hooks";

import { t } from "../../../i18n";
import type { SessionStore } from "../../../session/model";
import { useHeadingFocus, usePageVisible } from "../../hooks";
import { shout } from "../../urgent";
import { Check } from "../Check";
import { LeaveQuickly } from "../LeaveQuickly";
import { PrivateHelpButton, PrivateHelpCard } from "../PrivateHelp";
import { useComeBack } from "../useComeBack";
import { withWords } from "./words";

// Time to read two lines. Only while the page is looked at: nobody is shown to others behind a locked screen.
const GO_IN_AFTER = 5000;

/** Their room changed while they were gone. They are told where they are before anybody sees or hears them there. */
export function Arriving({ store, lost }: { store: SessionStore; lost: boolean }) {
  const room = store.roomView.value;
  const heading = useHeadingFocus(room?.id ?? null);
  const visible = usePageVisible();
  const [coming, goIn] = useComeBack(store);
  const where = room?.kind === "pair" ? withWords(store.people.value) : t("pairs.arrivingOver");
  useEffect(() => shout(where, "moved"), [where]);
  const ready = visible && !lost && !coming;
  useEffect(() => {
    if (!ready) return;
    const timer = setTimeout(goIn, GO_IN_AFTER);
    return () => clearTimeout(timer);
  }, [ready, room?.id]);
  return (
    <main class="away" data-card="arriving">
      <div class="away-top">
        <LeaveQuickly store={store} />
        <PrivateHelpButton store={store} />
      </div>
      <div class="cards">
        <Check store={store} />
        <PrivateHelpCard store={store} />
      </div>
      <div class="away-words">
        <h1 ref={heading} tabIndex={-1}>
          {t("pairs.arriving")}
        </h1>
        <p class="arriving-where">{where}</p>
        <p class="soft">{lost ? t("room.reconnecting") : t("pairs.arrivingQuiet")}</p>
        <button type="button" class="button primary large" data-action="go-in" aria-disabled={coming} onClick={goIn}>
          {t(coming ? "away.coming" : "pairs.goIn")}
        </button>
      </div>
    </main>
  );
}
