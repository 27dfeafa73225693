import { t } from "../i18n";
import type { SessionStore, Waiting as WaitingView } from "../session/model";
import { useHeadingFocus } from "../ui/hooks";
import { Mark } from "../ui/Mark";
import { OwnDevices } from "../ui/OwnDevices";
import { Check } from "../ui/room/Check";
import { LeaveQuickly } from "../ui/room/LeaveQuickly";
import { lateTitle } from "../ui/room/pairs/words";
import { PrivateHelp } from "../ui/room/PrivateHelp";
import { TakeOver } from "../ui/team/Absence";
import { SupportCode } from "./SupportCode";

/** Who waits sees nobody and is counted nowhere; help is one tap away. */
export function Waiting({ store }: { store: SessionStore }) {
  const heading = useHeadingFocus(String(store.waiting.value?.late));
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
        <p class="soft">
          {t("waiting.here")} {waiting.late ? t(`pairs.lateThen.${sendsWhat(store)}`) : t(`waiting.then.${sendsWhat(store)}`)}
        </p>
        <OwnDevices store={store} />
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

function title(waiting: WaitingView): string {
  const { over, sent_back, staff, staff_names } = waiting;
  const name = staff === "none" ? undefined : staff_names[0];
  if (waiting.late) return lateTitle(waiting);
  if (over) return name ? t("waiting.overName", { name }) : t("waiting.over");
  if (sent_back) return name ? t("waiting.sentBack", { name }) : t("waiting.sentBackByNobody");
  return name ? t("waiting.title", { name }) : t("waiting.unstaffed");
}


/** What the group gets of them the moment they are let in. */
function sendsWhat(store: SessionStore): "both" | "sound" | "picture" | "nothing" {
  const heard = !store.muted.value;
  if (store.cameraOn.value) return heard ? "both" : "picture";
  return heard ? "sound" : "nothing";
}

function staffWords({ staff }: WaitingView): string {
  return staff === "here" ? "" : t(staff === "none" ? "waiting.nobody" : "waiting.reconnecting");
}
