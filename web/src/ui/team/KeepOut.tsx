import { useId, useState } from "preact/hooks";

import { t } from "../../i18n";
import type { SessionStore } from "../../session/model";
import { Dialog } from "../Dialog";
import { ask } from "./acting";
import { FormButtons } from "./Rename";
import { dayAfter, startOfDay } from "./times";
import { Trouble } from "./Trouble";

const USUAL_DAYS = 7;

interface Props {
  store: SessionStore;
  id: string;
  name: string;
  onBack: () => void;
  onClose: () => void;
}

/** Out now, and no knock before a day. */
export function KeepOut({ store, id, name, onBack, onClose }: Props) {
  const field = useId();
  const now = store.serverNow();
  const [date, setDate] = useState(() => dayAfter(now, USUAL_DAYS));
  const send = async (event: Event) => {
    event.preventDefault();
    const until = startOfDay(date, now);
    if (until !== null && (await ask(store, { type: "ban", participant: id, until }))) onClose();
  };
  return (
    <Dialog key="keep-out" title={t("team.member.keepOutTitle", { name })} onClose={onClose}>
      <form class="team-form" onSubmit={(event) => void send(event)}>
        <Trouble />
        <p>{t("team.member.keepOutNote", { name })}</p>
        <div class="field">
          <label for={field}>{t("team.member.keepOutDay")}</label>
          <input
            id={field}
            class="input"
            type="date"
            name="until"
            required
            min={dayAfter(now, 1)}
            value={date}
            onInput={(event) => setDate(event.currentTarget.value)}
          />
        </div>
        <FormButtons words={t("team.member.keepOutDo")} onBack={onBack} />
      </form>
    </Dialog>
  );
}
