import { useEffect } from "preact/hooks";

import { t } from "../i18n";
import type { SessionStore } from "../session/model";
import { Phones } from "../ui/room/Phones";
import { whenOf } from "../ui/when";
import { Quiet } from "./Notice";

/** The last page: thanks, the next group, and whom to call. Nothing to fill in. */
export function Ended({ store, token }: { store: SessionStore; token: string }) {
  useEffect(() => {
    if (token) void store.checkLink(token);
  }, []);
  const next = store.link.value?.next ?? null;
  const numbers = store.numbers.value ?? store.link.value?.numbers ?? null;
  return (
    <Quiet title={t("end.title")}>
      <p>{t("end.thanks")}</p>
      {next !== null && <p>{t("end.next", { when: whenOf(next, Date.now()) })}</p>}
      {numbers && (
        <>
          <p>{t("end.numbers", { ...numbers })}</p>
          <Phones numbers={numbers} />
        </>
      )}
      <p class="soft">{t("end.close")}</p>
    </Quiet>
  );
}
