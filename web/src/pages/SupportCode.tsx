import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";

import { t } from "../i18n";
import type { SessionStore } from "../session/model";

/** A new day may begin in the middle of a group: UTC's is the early evening of some. */
const DAY_CHECK_MS = 60_000;

/** By which support finds this person's link; "" while it is unknown. It needs no server. */
export const SupportCodeOf = createContext("");

export function useSupportCode(store: SessionStore, token: string): string {
  const [code, setCode] = useState("");
  const phase = store.phase.value;
  useEffect(() => {
    const compute = () => void store.supportCode(token).then(setCode);
    compute();
    const timer = setInterval(compute, DAY_CHECK_MS);
    return () => clearInterval(timer);
  }, [token, phase]);
  return code;
}

export function SupportCode() {
  const code = useContext(SupportCodeOf);
  if (code === "") return null;
  return <p class="support-code small soft">{t("door.support", { code })}</p>;
}
