import { useEffect, useRef, useState } from "preact/hooks";

import type { LinkAnswer, Notice as NoticeCode, Phase, SessionStore } from "../session/model";
import { hashIfPossible } from "../session/seats";
import { Closed } from "./door/Closed";
import { Door } from "./door/Door";
import { mayOpen, shutBy } from "./door/shut";
import { Notice, Wait } from "./Notice";

interface Props {
  store: SessionStore;
  token: string;
}

/** A facilitator's phone, from the code on the laptop. */
export function Phone({ store, token }: Props) {
  const come = () => void store.joinStandby(token);
  const { phase, notice } = store;
  useEffect(() => {
    // Who left is not taken in again: the code works once.
    if (token && phase.peek() === "idle") come();
  }, []);
  if (!token || notice.value === "standby_unknown") return <Notice code="standby_unknown" />;
  if (phase.value === "left") return <Notice code={notice.value ?? "left"} />;
  if (phase.value === "refused") return <Notice code={notice.value ?? "other"} onAgain={come} />;
  return <Wait />;
}

/**
 * coming: this browser's own seat is tried first, without asking about the link. checking: the server is asked.
 * none: there is neither seat nor link. `known`: under what this browser remembers the person of this link.
 */
type Link = { state: "coming" | "checking" | "none" } | { state: "known"; answer: LinkAnswer; known: string };

/** While the door is closed for now; a minute late is early enough for anybody. */
const LOOK_EVERY_MS = 60_000;

/** Before the group, and after having left it. */
export function Outside({ store, token }: Props) {
  const [link, setLink] = useState<Link>({ state: "coming" });
  // A notice was answered with "try again" or "come back": the door, although the phase stays until the next join.
  const [again, setAgain] = useState(false);
  const phase = store.phase.value;
  const notice = store.notice.value;

  const look = async () => {
    const [answer, known] = await Promise.all([store.checkLink(token), hashIfPossible(token)]);
    setLink({ state: "known", answer, known });
  };
  const check = () => {
    setLink({ state: token ? "checking" : "none" });
    if (token) void look();
  };
  /** Whoever still has a seat comes back to it; everybody else is asked what is new. */
  const come = async () => {
    setLink({ state: "coming" });
    if (await (token ? store.resume(token) : store.resumeLast())) return;
    if (notice === "replaced") return; // their seat is open in another tab: no second one beside it
    setAgain(true);
    check();
  };

  const before = useRef<Phase | null>(null);
  useEffect(() => {
    const was = before.current;
    before.current = phase;
    if (phase === "joining") setAgain(false);
    else if (was === null && phase === "idle") void come();
    else if (phase === "idle" || (phase === "refused" && isStale(notice))) check();
  }, [phase, notice]);
  useWhileShut(link, look);

  if (!again && !isStale(notice)) {
    const shut = shutBy(notice);
    if (shut) return <Closed shut={shut} next={null} numbers={store.numbers.value ?? store.link.value?.numbers ?? null} onAgain={mayOpen(shut) ? come : null} />;
    if (phase === "left") return <Notice code={notice ?? "left"} onAgain={come} />;
    if (phase === "refused" && notice !== "bad_name") return <Notice code={notice ?? "other"} onAgain={come} />;
  }
  if (link.state === "none") return <Notice code="no_link" />;
  if (link.state !== "known") return <Wait />;
  const { answer, known } = link;
  if (!answer.ok) return <Notice code={answer.reason} onAgain={answer.reason === "bad_link" ? undefined : check} />;
  const { why, next, numbers, agreement } = answer.link;
  if (why !== "open") return <Closed shut={why} next={next} numbers={numbers} onAgain={null} />;
  return <Door key={agreement?.version ?? ""} store={store} link={answer.link} token={token} known={known} />;
}

/** The link says something else than when it was looked at: it is looked at again. */
const isStale = (notice: NoticeCode | null): boolean =>
  notice === "agreement_needed" || notice === "too_early" || notice === "over";

/** Whoever comes early may leave the page open: it opens by itself. */
function useWhileShut(link: Link, look: () => void): void {
  const why = link.state === "known" && link.answer.ok ? link.answer.link.why : "open";
  const shut = why !== "open" && mayOpen(why);
  useEffect(() => {
    if (!shut) return;
    const timer = setInterval(look, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [shut]);
}
