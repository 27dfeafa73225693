import { useEffect, useRef, useState } from "preact/hooks";

import { listOfNames, t } from "../i18n";
import type { Person } from "../session/model";
import { type Notice, type Spoken, STATUS_EVERY, StatusQueue } from "./status";

// Long enough to read a short sentence twice.
const SHOWN_FOR = 6000;

const NOTHING: { text: string; keys: readonly string[] } = { text: "", keys: [] };

function words(spoken: Spoken): string {
  if (spoken.kind === "say") return spoken.text;
  const names = listOfNames(spoken.names);
  const count = spoken.names.length;
  switch (spoken.kind) {
    case "came":
      return t("status.came", { names });
    case "left":
      return t("status.left", { names });
    case "away":
      return t("status.away", { names, count });
    case "back":
      return t("status.back", { names, count });
    case "knock":
      return t("team.news.knock", { names, count });
  }
}

export type Say = (notice: Notice) => void;
/** What this key is about is over: said no more, and no longer shown. */
export type Drop = (key: string) => void;

/** The text to show now, how to say something next, and how to take it back. */
export function useStatus(): readonly [string, Say, Drop] {
  const queue = useRef(new StatusQueue());
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const [shown, setShown] = useState(NOTHING);

  const turn = () => {
    clearTimeout(timer.current);
    const spoken = queue.current.next(performance.now());
    if (spoken) setShown({ text: words(spoken), keys: spoken.keys });
    const wait = queue.current.wait(performance.now());
    // What waited may have been withdrawn meanwhile: then the last text has stood for a while already.
    const shownFor = spoken ? SHOWN_FOR : SHOWN_FOR - STATUS_EVERY;
    timer.current = wait === null ? setTimeout(() => setShown(NOTHING), shownFor) : setTimeout(turn, wait);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  const say: Say = (notice) => {
    queue.current.add(notice, performance.now());
    const wait = queue.current.wait(performance.now());
    if (wait === null) return; // it took back what waited
    clearTimeout(timer.current);
    timer.current = setTimeout(turn, wait);
  };
  const drop: Drop = (key) => {
    queue.current.drop(key);
    setShown((now) => (now.keys.includes(key) ? NOTHING : now));
  };
  return [shown.text, say, drop];
}

/** What changed between two lists of people, as notices. Never who speaks. `team`: also who raises a hand. Pure. */
export function changes(before: readonly Person[], after: readonly Person[], team = false): Notice[] {
  const old = new Map(before.map((person) => [person.id, person]));
  const now = new Set(after.map((person) => person.id));
  const notices = after.flatMap((person) => (person.me ? [] : changesOf(old.get(person.id), person, team)));
  for (const person of before) {
    if (!now.has(person.id) && !person.me) notices.push({ kind: "left", name: person.name, key: person.id });
  }
  return notices;
}

function changesOf(was: Person | undefined, person: Person, team: boolean): Notice[] {
  const { name, id: key } = person;
  const say = (text: string): Notice => ({ kind: "say", text });
  const notices: Notice[] = [];
  if (!was) notices.push(person.function ? say(t("status.cameWith", { name, function: t(`function.${person.function}`) })) : { kind: "came", name, key });
  else if (was.present && !person.present) notices.push({ kind: "away", name, key });
  else if (!was.present && person.present) notices.push({ kind: "back", name, key });
  if (was && was.resting !== person.resting) {
    if (person.resting === "away") notices.push(say(t("status.steppedAway", { name })));
    // A break takes everybody at once; each coming back is not news.
    if (was.resting === "away" && person.resting === null) notices.push({ kind: "back", name, key });
  }
  if (was && !was.calling && person.calling) notices.push(say(t("status.asksToCome", { name })));
  if (team && was && was.hand === null && person.hand !== null) notices.push(say(t("status.handUp", { name })));
  const [shared, shares] = [was?.sources.includes("screen") ?? false, person.sources.includes("screen")];
  if (!shared && shares) notices.push(say(t("status.shares", { name })));
  if (shared && !shares) notices.push(say(t("status.sharesNoMore", { name })));
  return notices;
}
