import { Signal } from "lucide";
import { useState } from "preact/hooks";

import { t } from "../../i18n";
import type { SessionStore, Thrift } from "../../session/model";
import { isLong } from "../../session/weak";
import { useSeconds } from "../hooks";
import { Card } from "./Card";

/** Milliseconds after an answer to the suggestion. */
const AGAIN_AFTER = 600_000;

/** Pictures wait for long: fewer of them are offered. Nothing happens by itself. */
export function WeakLine({ store }: { store: SessionStore }) {
  const [notBefore, setNotBefore] = useState(0);
  const since = store.squeezedSince.value;
  const now = useSeconds(since !== null);
  const thrift = store.thrift.value;
  if (thrift === "sound" || now < notBefore || !isLong(since, now)) return null;
  const answer = (action: string, words: string, to: Thrift) => (
    <button type="button" class="button" data-action={action} onClick={() => (setNotBefore(now + AGAIN_AFTER), store.setThrift(to))}>
      {words}
    </button>
  );
  return (
    <Card icon={Signal} title={t("thrift.weakTitle")} name="weak-line">
      <p>{t("thrift.weakText")}</p>
      <div class="card-actions">
        {thrift === "all" && answer("weak-low", t("thrift.low"), "low")}
        {answer("weak-sound", t("thrift.sound"), "sound")}
        {answer("weak-not-now", t("thrift.notNow"), thrift)}
      </div>
    </Card>
  );
}
