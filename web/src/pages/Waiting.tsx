import { t } from "../i18n";
import type { SessionStore, Waiting as WaitingView } from "../session/model";
import { useHeadingFocus } from "../ui/hooks";
import { Mark } from "../ui/Mark";
import { Check } from "../ui/room/Check";
import { LeaveQuickly } from "../ui/room/LeaveQuickly";
import { PrivateHelp } from "../ui/room/PrivateHelp";
import { TakeOver } from "../ui/team/Absence";
import { SupportCode } from "./SupportCode";

/** Who waits sees nobody and is counted nowhere; help is one tap away. */
export function Waiting({ store }: { store: SessionStore }) {
  const heading = useHeadingFocus();
  const waiting = store.waiting.value;
  if (!waiting) return null;
  const lost = store.phase.value === "reconnecting";
  return (
    <main class="page waiting-room" data-lost={lost}>
      <header class="door-head">
        <Mark />
        <LeaveQuickly store={store} />
      </header>
      <div class="waiting-card">
        <h1 ref={heading} tabIndex={-1}>
          {title(waiting)}
        </h1>
        <p role="status">{lost ? t("waiting.lost") : staffWords(waiting)}</p>
        {waiting.note && <p class="waiting-note">{t("waiting.note", { note: waiting.note })}</p>}
        <p class="soft">{t(store.cameraOn.value || store.microphone.value !== "none" ? "waiting.ready" : "waiting.off")}</p>
        {waiting.take_over && <TakeOver store={store} />}
        <Check store={store} />
        <PrivateHelp store={store} />
      </div>
      <footer class="waiting-foot">
        <button type="button" class="button" data-action="leave" onClick={() => store.leave()}>
          {t("waiting.leave")}
        </button>
        <SupportCode />
      </footer>
    </main>
  );
}

function title({ sent_back, staff, staff_names }: WaitingView): string {
  const name = staff === "none" ? undefined : staff_names[0];
  if (sent_back) return name ? t("waiting.sentBack", { name }) : t("waiting.sentBackByNobody");
  return name ? t("waiting.title", { name }) : t("waiting.unstaffed");
}

function staffWords({ staff, me }: WaitingView): string {
  if (me.stays && staff === "here") return t("waiting.stays");
  return staff === "here" ? "" : t(staff === "none" ? "waiting.nobody" : "waiting.reconnecting");
}
