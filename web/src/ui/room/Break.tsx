import { Coffee } from "lucide";
import { useEffect, useRef } from "preact/hooks";

import { t } from "../../i18n";
import type { SessionStore } from "../../session/model";
import { Icon } from "../Icon";
import { timeOf } from "../when";
import { Countdown, usePast } from "./Clock";
import { useComeBack } from "./useComeBack";

interface Props {
  store: SessionStore;
  say: (text: string) => void;
}

/** On a break: until when, how long still, and the way back at any moment. Nobody is fetched. */
export function Break({ store, say }: Props) {
  const until = store.roomView.value?.break_until ?? null;
  const over = usePast(until, () => store.serverNow()) || until === null;
  const [coming, back] = useComeBack(store);
  const said = useRef(over);
  useEffect(() => {
    if (over && !said.current) say(t("break.over"));
    said.current = over;
  }, [over]);
  return (
    <section class="calm" data-card="break" aria-labelledby="break-title">
      <Icon of={Coffee} />
      <h2 id="break-title">{over ? t("break.overTitle") : t("break.title", { time: timeOf(until) })}</h2>
      {!over && <Countdown until={until} now={() => store.serverNow()} onMark={say} label={t("break.left")} />}
      <p>{over ? t("break.overText") : t("break.text")}</p>
      <button type="button" class="button primary large" data-action="come-back" aria-disabled={coming} onClick={back}>
        {t(coming ? "away.coming" : "break.back")}
      </button>
    </section>
  );
}

/** For whoever is back already, and for facilitators. */
export function BreakBanner({ store }: { store: SessionStore }) {
  const until = store.roomView.value?.break_until ?? null;
  const over = usePast(until, () => store.serverNow());
  if (until === null) return null;
  return (
    <p class="banner" data-card="break-banner">
      <Icon of={Coffee} />
      {over ? t("break.overTitle") : t("break.banner", { time: timeOf(until) })}
    </p>
  );
}
