import { HandHelping, Hourglass, Undo2, UserRound } from "lucide";
import { useEffect } from "preact/hooks";

import { t } from "../../../i18n";
import type { Request, SessionStore } from "../../../session/model";
import { Icon } from "../../Icon";
import { facilitator } from "../../staff";
import { Card } from "../Card";
import { usePast } from "../Clock";
import { aloneWords, partnerName } from "./words";

// Most lines that drop are back by then; a choice before it would only ask people to decide.
const CHOOSE_AFTER = 20; // seconds

interface Props {
  store: SessionStore;
  say: (text: string, key?: string) => void;
}

/** Left alone in a pair: why, and after a while what one can do. What is chosen can be changed. */
export function PartnerCard({ store, say }: Props) {
  const alone = store.roomView.value?.alone ?? null;
  const waited = usePast(alone && alone.since + CHOOSE_AFTER, () => store.serverNow());
  const choosing = alone !== null && (waited || !alone.can_return) && !alone.waits;
  const staff = facilitator(store.people.value, store.roomView.value) || t("pairs.staff");
  const choices = alone?.can_return ? t("pairs.choices", { staff }) : t("pairs.choicesNoWait", { staff });
  useEffect(() => {
    if (choosing) say(choices, "partner-choices");
  }, [choosing]);
  if (!alone) return null;
  const ask = async (request: Request) => void ((await store.act(request)).ok || say(t("pairs.notYet"), "partner-choices"));
  const name = partnerName(alone);
  const asked = Boolean(store.mine.value?.come);
  return (
    <Card kind={choosing ? "ask" : "calm"} icon={UserRound} title={aloneWords(alone, store.people.value)} name="partner">
      <p>{alone.waits ? (alone.can_return ? t("pairs.keeping", { name }) : t("pairs.yours")) : choosing ? choices : t("pairs.mayReturn", { name })}</p>
      {(choosing || alone.waits) && (
        <div class="card-actions">
          {choosing && alone.can_return && (
            <button type="button" class="button primary" data-action="partner-wait" onClick={() => void ask({ type: "wait_for_partner" })}>
              <Icon of={Hourglass} />
              {t("pairs.wait")}
            </button>
          )}
          <button type="button" class="button" data-action="partner-back" onClick={() => void ask({ type: "back_to_group" })}>
            <Icon of={Undo2} />
            {t("pairs.toGroup")}
          </button>
          {!asked && (
            <button type="button" class="button" data-action="partner-ask" onClick={() => void ask({ type: "call_help", kind: "come" })}>
              <Icon of={HandHelping} />
              {t("pairs.ask", { staff })}
            </button>
          )}
        </div>
      )}
    </Card>
  );
}
