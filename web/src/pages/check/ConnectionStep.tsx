import { Check, LoaderCircle, X } from "lucide";
import { useEffect, useState } from "preact/hooks";

import { t } from "../../i18n";
import { Icon } from "../../ui/Icon";
import type { StepProps } from "./Check";
import type { Reached } from "./findings";
import { reach } from "./reaching";

/** Tried by itself; what could not be tried without a group is said, too. */
export function ConnectionStep({ store, onFound, onDone }: StepProps) {
  const [reached, setReached] = useState<Reached | null>(null);
  const attempt = () => {
    setReached(null);
    void reach(store.preview.value).then((found) => {
      setReached(found);
      onFound({ reached: found });
    });
  };
  useEffect(attempt, []);
  const fine = reached !== null && reached.server !== null && reached.messages && reached.media !== false;
  return (
    <div class="check-card">
      <ul class="check-list" aria-live="polite" aria-busy={reached === null}>
        <Row ok={reached && reached.server !== null} yes={t("selfTest.report.server", { ms: reached?.server ?? 0 })} no={t("selfTest.report.noServer")} waits={t("selfTest.connection.server")} />
        <Row ok={reached && reached.messages} yes={t("selfTest.report.messages")} no={t("selfTest.report.noMessages")} waits={t("selfTest.connection.messages")} />
        {store.preview.value && (
          <Row ok={reached && reached.media} yes={t("selfTest.report.media")} no={t("selfTest.report.noMedia")} waits={t("selfTest.connection.media")} />
        )}
      </ul>
      {reached && !fine && <p class="check-help">{t("selfTest.connection.help")}</p>}
      <p class="soft">{t("selfTest.connection.honest")}</p>
      {reached && (
        <div class="check-answers">
          <button type="button" class="button primary onward" data-action="go-on" onClick={onDone}>
            {t("selfTest.goOn")}
          </button>
          {!fine && (
            <button type="button" class="button" data-action="again" onClick={attempt}>
              {t("notice.tryAgain")}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

/** `ok` null: still being tried. */
function Row({ ok, yes, no, waits }: { ok: boolean | null; yes: string; no: string; waits: string }) {
  return (
    <li data-ok={ok ?? "waits"}>
      <Icon of={ok === null ? LoaderCircle : ok ? Check : X} />
      {ok === null ? waits : ok ? yes : no}
    </li>
  );
}
