import { useState } from "preact/hooks";

import type { SessionStore } from "../session/model";
import { adoptToken } from "../session/token";
import { Urgent } from "../ui/Urgent";
import { Desk } from "./Desk";
import { SpokenCode } from "./door/SpokenCode";
import { Ended } from "./Ended";
import { Figures } from "./Figures";
import { Landing, Wait } from "./Notice";
import { Outside, Phone } from "./Outside";
import { Room } from "./Room";
import { Standby } from "./Standby";
import { SupportCodeOf, useSupportCode } from "./SupportCode";
import { Waiting } from "./Waiting";

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
  return (
    <SupportCodeOf.Provider value={useSupportCode(store, token)}>
      <Page store={store} token={token} path={path} onToken={spent} />
      <Urgent />
    </SupportCodeOf.Provider>
  );
}

function Page({ store, token, path, onToken }: Props & { onToken: (token: string) => void }) {
  const phase = store.phase.value;
  if (phase === "inRoom" || phase === "reconnecting") return <Inside store={store} />;
  if (phase === "ended") return <Ended store={store} token={token} />;
  if (path === "/standby") return <Phone store={store} token={token} />;
  if (path === "/j") return <SpokenCode store={store} onToken={onToken} />;
  if (path === "/join") return <Outside key={token} store={store} token={token} />;
  return <Landing />;
}

function Inside({ store }: { store: SessionStore }) {
  switch (store.place.value) {
    case "waiting":
      return <Waiting store={store} />;
    case "room":
      return <Room store={store} />;
    case "desk":
      return <Desk store={store} />;
    case "figures":
      return <Figures store={store} />;
    case "silent":
      return <Standby store={store} />;
    case "outside":
      return <Wait />;
  }
}
