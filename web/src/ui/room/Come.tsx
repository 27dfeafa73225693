import { HandHelping, Megaphone } from "lucide";

import { t } from "../../i18n";
import type { SessionStore } from "../../session/model";
import { facilitator } from "../staff";
import { Card } from "./Card";
import { Control } from "./Control";
import { Phones } from "./Phones";
import { useShout } from "./useShout";

const ask = (store: SessionStore, asked: boolean) =>
  void store.act(asked ? { type: "cancel_help", kind: "come" } : { type: "call_help", kind: "come" });

/** "Ask Ana to come": everyone in the room sees it. Its look and place are never those of private help. */
export function ComeButton({ store, narrow }: { store: SessionStore; narrow: boolean }) {
  const name = facilitator(store.people.value, store.roomView.value);
  const asked = Boolean(store.mine.value?.come);
  return (
    <Control
      action="come"
      icon={HandHelping}
      label={name ? t("aid.come", { name }) : t("aid.comeSomebody")}
      short={narrow ? (name && name.length <= SHORT_NAME ? t("aid.comeShort", { name }) : t("aid.comeSomebodyShort")) : undefined}
      pressed={asked}
      title={t("aid.comeNote")}
      onClick={() => ask(store, asked)}
    />
  );
}

// Longer ones do not fit a phone's bar.
const SHORT_NAME = 6;

export function ComeCard({ store }: { store: SessionStore }) {
  const call = store.mine.value?.come ?? null;
  const room = store.roomView.value;
  const numbers = store.numbers.value;
  const name = facilitator(store.people.value, room) || t("aid.somebody");
  const seen = call?.state === "coming";
  const nobody = room?.staff === "none" && numbers !== null && !seen;
  const lead = seen
    ? t("aid.coming", { name: call.coming ?? name })
    : nobody
      ? t("aid.nobody", { ...numbers })
      : t("aid.comeSent", { name });
  useShout(call && lead, "come");
  if (!call) return null;
  return (
    <Card icon={Megaphone} title={lead} name="come">
      {nobody && <Phones numbers={numbers} />}
      <p class="small soft">{t("aid.comeNote")}</p>
      <button type="button" class="button plain" onClick={() => ask(store, true)}>
        {t("aid.takeBack")}
      </button>
    </Card>
  );
}
