import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { t } from "../i18n";
import type { Place, SessionStore } from "../session/model";
import { adoptToken } from "../session/token";
import { sayMoved } from "../ui/room/pairs/useMoves";
import { lateTitle } from "../ui/room/pairs/words";
import { hush, shout } from "../ui/urgent";
import { Urgent } from "../ui/Urgent";
import { SpokenCode } from "./door/SpokenCode";
import { Ended } from "./Ended";
import { later } from "./later";
import { Landing } from "./Notice";
import { Outside, Phone } from "./Outside";
import { SupportCodeOf, useSupportCode } from "./SupportCode";

const Check = later(() => import("./check/Check"));
/** Nobody needs it before the door. */
export const Inside = later(() => import("./Inside"));

interface Props {
  store: SessionStore;
  token: string;
  path: string;
}

/** Which page it is, from the address and the session; and the one place that speaks at once. */
export function App({ store, token: opened, path: typed }: Props) {
  const [token, setToken] = useState(opened);
  // A code that was typed at /j became a link.
  const path = token === opened ? typed : "/join";
  const spent = (made: string) => {
    adoptToken(made, history);
    setToken(made);
  };
  useMoves(store);
  return (
    <SupportCodeOf.Provider value={useSupportCode(store, token)}>
      <Page store={store} token={token} path={path} onToken={spent} />
      <Urgent />
    </SupportCodeOf.Provider>
  );
}

function Page({ store, token, path, onToken }: Props & { onToken: (token: string) => void }) {
  if (path === "/check") return <Check store={store} />;
  const phase = store.phase.value;
  if (phase === "inRoom" || phase === "reconnecting") return <Inside store={store} />;
  if (phase === "ended") return <Ended store={store} token={token} />;
  if (path === "/standby") return <Phone store={store} token={token} />;
  if (path === "/j") return <SpokenCode store={store} onToken={onToken} />;
  if (path === "/join") return <Outside key={token} store={store} token={token} />;
  return <Landing />;
}

/** Let in, or sent back: the page is another one, which is said at once. */
function useMoves(store: SessionStore): void {
  const place = store.place.value;
  const phase = store.phase.value;
  const over = phase === "left" || phase === "ended";
  // Before the new page says anything of its own.
  useLayoutEffect(hush, [place, over]);
  const before = useRef<Place>(place);
  useEffect(() => {
    const was = before.current;
    before.current = place;
    const room = store.roomView.value;
    if (was === "waiting" && room?.kind === "main") shout(t("waiting.in"));
    if (was === "waiting" && room?.kind === "pair") sayMoved(store, "waiting");
    const waiting = store.waiting.value;
    if (was !== "room" || !waiting) return;
    shout(waiting.late ? lateTitle(waiting) : t(waiting.over ? "waiting.over" : "waiting.moved"));
  }, [place]);
}
