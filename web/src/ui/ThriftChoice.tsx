import { useId } from "preact/hooks";

import { t } from "../i18n";
import type { SessionStore, Thrift } from "../session/model";

const CHOICES = [
  ["all", "thrift.all", null],
  ["low", "thrift.low", "thrift.lowNote"],
  ["sound", "thrift.sound", "thrift.soundNote"],
] as const satisfies readonly (readonly [Thrift, string, string | null])[];

/** How much of a line the pictures may take, and what this page has taken of it. */
export function ThriftChoice({ store }: { store: SessionStore }) {
  const name = useId();
  return (
    <fieldset class="thrift">
      <legend>{t("thrift.title")}</legend>
      {CHOICES.map(([thrift, words, note]) => (
        <label key={thrift} class="switch" data-thrift={thrift}>
          <span>
            {t(words)}
            {note && <span class="small soft block">{t(note)}</span>}
          </span>
          <input type="radio" name={name} checked={store.thrift.value === thrift} onChange={() => store.setThrift(thrift)} />
        </label>
      ))}
      <p class="small soft" data-used>
        {t("thrift.used", { size: megabytes(store.dataUsed.value) })}
      </p>
    </fieldset>
  );
}

/** As data plans count: a million octets each. */
const megabytes = (octets: number): string => (octets / 1e6).toLocaleString(undefined, { maximumFractionDigits: octets < 1e7 ? 1 : 0 });
