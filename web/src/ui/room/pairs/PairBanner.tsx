import { Clock3, Undo2 } from "lucide";
import { useEffect, useRef } from "preact/hooks";

import { t } from "../../../i18n";
import type { SessionStore } from "../../../session/model";
import { Icon } from "../../Icon";
import { Countdown } from "../Clock";
import { leftWords, placeName, recallWords } from "./words";

// The words of a recall say the time already: a mark that comes right after it is not said.
const SAID_WITHIN = 3000;

interface Props {
  store: SessionStore;
  say: (text: string, key?: string) => void;
}

/** In a pair: how long still. To facilitators also where they are, and the way back. */
export function PairBanner({ store, say }: Props) {
  const room = store.roomView.value;
  const inPair = room?.kind === "pair";
  const recalling = inPair && room.round === "recalling";
  const until = inPair ? room.until : null;
  const before = useRef({ id: room?.id, recalling });
  const said = useRef(-Infinity);
  useEffect(() => {
    const was = before.current;
    before.current = { id: room?.id, recalling };
    if (was.id !== room?.id || was.recalling === recalling) return;
    if (recalling && until !== null) {
      said.current = performance.now();
      say(recallWords(until - store.serverNow()), "time");
    } else if (inPair) say(t("pairs.moreTime"), "time");
  }, [room?.id, recalling]);
  const mark = (text: string) => void (performance.now() - said.current > SAID_WITHIN && say(text, "time"));
  const team = store.team.value !== null;
  const back = async () => void ((await store.act({ type: "back_to_group" })).ok || say(t("pairs.notYet")));
  if (!inPair || (until === null && !team)) return null;
  return (
    <div class="banner pair-banner" data-kind="pair" data-recalling={recalling}>
      {team && <span>{t("pairs.youAre", { place: placeName(room) })}</span>}
      {until !== null && (
        <span class="pair-time">
          <Icon of={Clock3} />
          <Countdown until={until} now={() => store.serverNow()} onMark={mark} label={t("pairs.timeLeft")} words={recalling ? recallWords : leftWords} />
        </span>
      )}
      {team && (
        <button type="button" class="button primary" data-action="back-to-main" onClick={() => void back()}>
          <Icon of={Undo2} />
          {t("pairs.toMain")}
        </button>
      )}
    </div>
  );
}
