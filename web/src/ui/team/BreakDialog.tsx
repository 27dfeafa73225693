import { useId, useState } from "preact/hooks";

import { t } from "../../i18n";
import type { SessionStore } from "../../session/model";
import { Dialog } from "../Dialog";
import { timeOf } from "../when";
import { ask } from "./acting";
import { breakEnd, untilClock } from "./times";
import { Trouble } from "./Trouble";

const MINUTES = [5, 10, 15] as const;

/** A break ends at a time that everybody can read on a clock. */
export function BreakDialog({ store, onClose }: { store: SessionStore; onClose: () => void }) {
  const field = useId();
  const [clock, setClock] = useState("");
  const [wrong, setWrong] = useState(false);
  const now = store.serverNow();
  const start = async (until: number) => {
    if (await ask(store, { type: "start_break", until })) onClose();
  };
  const send = (event: Event) => {
    event.preventDefault();
    const until = untilClock(clock, store.serverNow());
    setWrong(until === null);
    if (until !== null) void start(until);
  };
  return (
    <Dialog title={t("team.pauses.title")} onClose={onClose}>
      <Trouble />
      <p>{t("team.pauses.lead")}</p>
      <div class="dialog-actions">
        {MINUTES.map((minutes) => {
          const until = breakEnd(now, minutes);
          return (
            <button key={minutes} type="button" class="button two-lines" data-action={`break-${minutes}`} onClick={() => void start(until)}>
              <span>
                {t("team.pauses.minutes", { count: minutes })}
                <span class="small block">{t("team.pauses.until", { time: timeOf(until) })}</span>
              </span>
            </button>
          );
        })}
      </div>
      <form class="team-form" onSubmit={send}>
        <div class="field">
          <label for={field}>{t("team.pauses.own")}</label>
          <input
            id={field}
            class="input"
            type="time"
            name="until"
            required
            value={clock}
            aria-invalid={wrong}
            aria-describedby={wrong ? `${field}-wrong` : undefined}
            onInput={(event) => setClock(event.currentTarget.value)}
          />
          {wrong && (
            <p id={`${field}-wrong`} class="field-error" role="alert">
              {t("team.pauses.wrong")}
            </p>
          )}
        </div>
        <button type="submit" class="button">
          {t("team.pauses.start")}
        </button>
      </form>
    </Dialog>
  );
}
