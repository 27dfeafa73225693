import { ShieldPlus } from "lucide";
import { useId, useRef } from "preact/hooks";

import { t } from "../../i18n";
import type { CallMine, Numbers, SessionStore, Staff } from "../../session/model";
import { Icon } from "../Icon";
import { asking, callPrivately, takeBack, taps } from "./asking";
import { Card } from "./Card";
import { HelpNote } from "./HelpNote";
import { Phones } from "./Phones";
import { useShout } from "./useShout";

/** Sent by this one tap. Nothing on another participant's page changes. */
export function PrivateHelpButton({ store }: { store: SessionStore }) {
  const note = useId();
  const asked = Boolean(store.mine.value?.private) || asking.value !== "no";
  return (
    <>
      <button
        type="button"
        class="private-help"
        data-action="private-help"
        data-asked={asked}
        aria-describedby={note}
        onClick={() => (asked ? document.querySelector<HTMLElement>("[data-card=private] h2")?.focus() : callPrivately(store))}
      >
        <Icon of={ShieldPlus} />
        <span>{t("aid.private")}</span>
        {asked && <span class="asked-mark">{t("aid.on")}</span>}
      </button>
      <span id={note} hidden>
        {t("aid.privateNote")}
      </span>
    </>
  );
}

/** What became of the call; with no facilitator connected, whom to phone. Nothing while nothing was asked. */
export function PrivateHelpCard({ store }: { store: SessionStore }) {
  const call = store.mine.value?.private ?? null;
  const numbers = store.numbers.value;
  const staff = store.roomView.value?.staff ?? store.waiting.value?.staff ?? "here";
  const first = useRef(taps.peek());
  const lead = call || asking.value !== "no" ? words(call, staff, numbers) : null;
  // In need nobody should have to look for what became of their call.
  useShout(lead, "private");
  if (lead === null) return null;
  const seen = call?.state === "coming";
  const phone = numbers !== null && (call ? staff === "none" && !seen : asking.value === "late");
  return (
    <Card kind="help" icon={ShieldPlus} title={t("aid.privateTitle")} takesFocus={taps.value !== first.current} name="private">
      <p class="card-lead">{lead}</p>
      {phone && <Phones numbers={numbers} />}
      <p class="small soft">{t("aid.privateNote")}</p>
      {call && !phone && !seen && <HelpNote store={store} />}
      <button type="button" class="button plain" data-action="take-back" onClick={() => takeBack(store)}>
        {t("aid.takeBack")}
      </button>
    </Card>
  );
}

function words(call: CallMine | null, staff: Staff, numbers: Numbers | null): string {
  const whom = { practice: numbers?.practice ?? "", crisis: numbers?.crisis ?? "" };
  if (!call) return asking.value === "late" ? t("aid.unsent", whom) : t("aid.sending");
  if (call.state === "coming") return t("aid.coming", { name: call.coming ?? t("aid.somebody") });
  if (staff === "none") return t("aid.nobody", whom);
  return t(call.state === "ringing" ? "aid.ringing" : "aid.sent");
}

/** The button and what follows from it, where there is no header to put the button in. */
export function PrivateHelp({ store }: { store: SessionStore }) {
  return (
    <div class="private-help-place">
      <PrivateHelpButton store={store} />
      <PrivateHelpCard store={store} />
    </div>
  );
}
