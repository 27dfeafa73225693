import { Clock3 } from "lucide";
import { useEffect, useRef } from "preact/hooks";

import { t } from "../../i18n";
import type { SessionStore } from "../../session/model";
import { shout } from "../urgent";
import { timeOf } from "../when";
import { Card } from "./Card";
import { Countdown } from "./Clock";

interface Props {
  store: SessionStore;
  say: (text: string) => void;
}

/** The group ends soon. Who would rather not go yet asks for that in private. */
export function Closing({ store, say }: Props) {
  const at = store.roomView.value?.closes_at ?? null;
  const before = useRef<number | null>(null);
  useEffect(() => {
    if (at !== null && at !== before.current) shout(t("close.soon", { time: timeOf(at) }));
    if (at === null && before.current !== null) shout(t("close.cancelled"));
    before.current = at;
  }, [at]);
  if (at === null) return null;
  const team = store.team.value !== null;
  const stays = store.mine.value?.stays ?? false;
  return (
    <Card icon={Clock3} title={t("close.soon", { time: timeOf(at) })} name="closing">
      <div class="card-actions">
        <Countdown until={at} now={() => store.serverNow()} onMark={say} label={t("close.left")} />
        {team ? (
          <button type="button" class="button" data-action="cancel-close" onClick={() => void store.act({ type: "cancel_close" })}>
            {t("close.cancel")}
          </button>
        ) : (
          <button type="button" class="button" data-action="stay" onClick={() => void store.act({ type: "ask_to_stay", on: !stays })}>
            {t(stays ? "close.notStay" : "close.stay")}
          </button>
        )}
      </div>
      {!team && <p class="small soft">{t(stays ? "close.staying" : "close.stayNote")}</p>}
    </Card>
  );
}
