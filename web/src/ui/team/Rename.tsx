import { useId, useState } from "preact/hooks";

import { t } from "../../i18n";
import type { SessionStore } from "../../session/model";
import { Dialog } from "../Dialog";
import { ask } from "./acting";
import { Trouble } from "./Trouble";

const LONGEST_NAME = 40; // protocol.py: Name

interface Props {
  store: SessionStore;
  id: string;
  name: string;
  onBack: () => void;
  onClose: () => void;
}

/** Another name for one person, for as long as the group lasts. */
export function Rename({ store, id, name: before, onBack, onClose }: Props) {
  const field = useId();
  const [name, setName] = useState(before);
  const save = async (event: Event) => {
    event.preventDefault();
    if (name.trim() && (await ask(store, { type: "rename", participant: id, name: name.trim() }))) onClose();
  };
  return (
    <Dialog key="rename" title={t("team.member.rename")} onClose={onClose}>
      <form class="team-form" onSubmit={(event) => void save(event)}>
        <Trouble />
        <div class="field">
          <label for={field}>{t("team.member.renameLabel")}</label>
          <input
            id={field}
            class="input"
            name="alias"
            value={name}
            maxLength={LONGEST_NAME}
            autocomplete="off"
            required
            aria-describedby={`${field}-note`}
            onInput={(event) => setName(event.currentTarget.value)}
          />
          <p id={`${field}-note`} class="small soft">
            {t("team.member.renameNote")}
          </p>
        </div>
        <FormButtons words={t("team.member.save")} onBack={onBack} />
      </form>
    </Dialog>
  );
}

export function FormButtons({ words, onBack }: { words: string; onBack: () => void }) {
  return (
    <div class="dialog-actions">
      <button type="button" class="button" onClick={onBack}>
        {t("team.member.back")}
      </button>
      <button type="submit" class="button primary" data-action="form-do">
        {words}
      </button>
    </div>
  );
}
