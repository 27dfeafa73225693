import { HeartHandshake } from "lucide";
import { useEffect, useRef } from "preact/hooks";

import { t } from "../../i18n";
import type { SessionStore } from "../../session/model";
import { nameOf } from "../staff";
import { shout } from "../urgent";
import { Card } from "./Card";

/** A facilitator asks this one person how they are. The focus comes here once, then it is free. */
export function Check({ store }: { store: SessionStore }) {
  const by = store.mine.value?.check_by ?? null;
  const name = nameOf(store.people.value, by, t("aid.somebody"));
  const before = useRef<string | null>(null);
  useEffect(() => {
    if (by && before.current !== by) shout(t("check.shout", { name }));
    before.current = by;
  }, [by]);
  if (!by) return null;
  const answer = (ok: boolean) => void store.act({ type: "answer_check", ok });
  return (
    <Card kind="ask" icon={HeartHandshake} title={t("check.ask")} takesFocus name="check">
      <p class="small soft">{t("check.seen", { name })}</p>
      <div class="card-actions">
        <button type="button" class="button primary" data-action="check-ok" onClick={() => answer(true)}>
          {t("check.ok")}
        </button>
        <button type="button" class="button" data-action="check-no" onClick={() => answer(false)}>
          {t("check.no")}
        </button>
      </div>
    </Card>
  );
}
