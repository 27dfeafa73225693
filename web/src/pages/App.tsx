import { useEffect, useState } from "preact/hooks";

import type { LinkAnswer, Notice as NoticeCode, SessionStore } from "../session/model";
import { Join } from "./Join";
import { Landing, Notice, Wait } from "./Notice";
import { Room } from "./Room";

type Link = { state: "checking" } | { state: "known"; answer: LinkAnswer };

/** Which page it is, from the link and the session's phase. */
export function App({ store, token, path }: { store: SessionStore; token: string; path: string }) {
  const [link, setLink] = useState<Link>({ state: "checking" });
  const [name, setName] = useState("");
  // A notice was answered with "try again" or "come back": the join page, although the phase stays until the next join.
  const [again, setAgain] = useState(false);
  const phase = store.phase.value;
  const notice = store.notice.value;

  const check = () => {
    setLink({ state: "checking" });
    void store.checkLink(token).then((answer) => setLink({ state: "known", answer }));
  };
  useEffect(() => {
    if (!token) return;
    void store.resume(token).then((onItsWay) => (onItsWay ? setLink({ state: "known", answer: RESUMED }) : check()));
  }, []);
  useEffect(() => {
    if (phase === "inRoom") setAgain(false);
    // The seat was not there any more: a newcomer after all.
    if (phase === "idle" && link.state === "known" && link.answer === RESUMED) check();
  }, [phase]);
  /** Whoever still has a seat comes back to it; everybody else joins as at first. */
  const comeBack = async () => {
    if (await store.resume(token)) setLink({ state: "known", answer: RESUMED });
    else if (notice !== "replaced") {
      setAgain(true);
      // The server was not asked about the link yet.
      if (link.state === "known" && link.answer === RESUMED) check();
    }
  };

  if (!token) return path === "/join" ? <Notice code="bad_link" /> : <Landing />;
  if (phase === "inRoom" || phase === "reconnecting") return <Room store={store} />;
  if (!again && (phase === "left" || phase === "ended")) {
    return <Notice code={notice ?? phase} {...(phase === "left" && { onAgain: comeBack })} />;
  }
  if (!again && phase === "refused" && !staysOnJoin(notice)) {
    return <Notice code={notice ?? "other"} onAgain={comeBack} />;
  }
  if (link.state === "checking" || (phase === "joining" && link.answer === RESUMED)) return <Wait />;
  if (!link.answer.ok) {
    return <Notice code={link.answer.reason} {...(link.answer.reason === "unreachable" && { onAgain: check })} />;
  }
  return (
    <Join
      store={store}
      token={token}
      role={link.answer === RESUMED ? "participant" : link.answer.role}
      name={name}
      onName={setName}
      nameRefused={phase === "refused" && notice === "bad_name"}
      onJoin={() => setAgain(false)}
    />
  );
}

/** Stands for "this browser had a seat behind the link": the server was not asked about the link. */
const RESUMED: LinkAnswer = { ok: true, role: "participant", session: "" };

function staysOnJoin(notice: NoticeCode | null): boolean {
  return notice === "bad_name";
}
