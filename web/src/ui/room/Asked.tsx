import { Mic } from "lucide";

import { t } from "../../i18n";
import type { SessionStore } from "../../session/model";
import { nameOf } from "../staff";
import { Card } from "./Card";

/** Asked to speak. Nobody else can turn a microphone on. */
export function Asked({ store, onUnmute }: { store: SessionStore; onUnmute: () => void }) {
  const by = store.mine.value?.asked_by ?? null;
  if (!by) return null;
  return (
    <Card kind="ask" icon={Mic} title={t("mod.asked", { name: nameOf(store.people.value, by, t("aid.somebody")) })} name="asked">
      <div class="card-actions">
        <button type="button" class="button primary" data-action="asked-unmute" onClick={onUnmute}>
          {t("mod.unmute")}
        </button>
        <button type="button" class="button" data-action="asked-not-now" onClick={() => void store.act({ type: "decline_unmute" })}>
          {t("mod.notNow")}
        </button>
      </div>
    </Card>
  );
}
