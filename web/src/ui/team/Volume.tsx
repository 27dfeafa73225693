import { useId, useState } from "preact/hooks";

import { t } from "../../i18n";
import type { Person, SessionStore } from "../../session/model";

/** How loud I hear one person; mine alone. */
export function Volume({ store, person }: { store: SessionStore; person: Person }) {
  const id = useId();
  const [volume, setVolume] = useState(() => Math.round(store.volumeOf(person.id) * 100));
  return (
    <div class="field">
      <label for={id}>{t("person.volume", { name: person.name })}</label>
      <input
        id={id}
        class="slider"
        type="range"
        min={0}
        max={100}
        step={5}
        value={volume}
        aria-valuetext={t("person.percent", { percent: volume })}
        onInput={(event) => {
          const percent = Number(event.currentTarget.value);
          setVolume(percent);
          store.setVolume(person.id, percent / 100);
        }}
      />
    </div>
  );
}
