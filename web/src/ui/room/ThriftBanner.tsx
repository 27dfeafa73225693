import { t } from "../../i18n";
import type { SessionStore } from "../../session/model";

/** Why there are fewer pictures than people, and the way back. */
export function ThriftBanner({ store }: { store: SessionStore }) {
  const thrift = store.thrift.value;
  if (thrift === "all") return null;
  return (
    <p class="banner" data-thrift={thrift}>
      {t(thrift === "low" ? "thrift.lowOn" : "thrift.soundOn")}
      <button type="button" class="button" data-action="show-all" onClick={() => store.setThrift("all")}>
        {t("thrift.showAll")}
      </button>
    </p>
  );
}
