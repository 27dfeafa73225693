import { useEffect, useRef } from "preact/hooks";

import { t } from "../../i18n";
import type { Person, Said, SessionStore, Team } from "../../session/model";
import type { Notice } from "../status";
import { deviceWords } from "../deviceWords";
import { changes, type Drop, type Say } from "../StatusLine";
import { isDiscreet } from "../team/discreet";
import { teamNews } from "../team/news";
import { fresh, news, type Seen } from "./news";
import { areRoomsOpen } from "./pairs/open";
import { teamOver } from "./teamOver";

/** Who comes, goes, drops and returns, and what happens to oneself; in the one status line. */
export function useAnnouncements(store: SessionStore, lost: boolean, say: Say, drop: Drop): void {
  usePeople(store, say);
  useNews(store, say, drop);
  useHand(store, say);
  useChat(store, say);
  useTeam(store, say, drop);
  useConnection(lost, say);
  useLine(store, say);
  useDevices(store, say);
}

/** In another room everybody is new, and nobody has come or gone. */
function usePeople(store: SessionStore, say: Say): void {
  const people = store.people.value;
  const room = store.roomView.value?.id ?? null;
  const before = useRef<{ room: string | null; people: readonly Person[] } | null>(null);
  useEffect(() => {
    if (!people.length) return;
    const was = before.current;
    before.current = { room, people };
    // Others are in other rooms, which the board tells.
    if (was === null && areRoomsOpen(store) && people.length === 1) return;
    if (was === null) say({ kind: "say", text: t("status.here", { count: people.length }) });
    else if (was.room === room) withoutPartner(changes(was.people, people, store.team.peek() !== null), store).forEach(say);
  }, [people, room]);
}

/** Who is left alone is told why by the words about that, and not once more. */
function withoutPartner(notices: readonly Notice[], store: SessionStore): Notice[] {
  const missing = store.roomView.peek()?.alone?.names ?? [];
  return notices.filter((one) => (one.kind !== "left" && one.kind !== "away") || !missing.includes(one.name));
}

/** Asked to speak, covered, paused, in front, allowed. */
function useNews(store: SessionStore, say: Say, drop: Drop): void {
  const mine = store.mine.value;
  const room = store.roomView.value;
  const before = useRef<Seen | null>(null);
  useEffect(() => {
    if (!mine || !room) return;
    const after: Seen = { mine, room, people: store.people.peek(), team: store.team.peek() !== null };
    news(before.current, after).forEach(say);
    if (mine.asked_by === null && before.current?.mine.asked_by) drop("asked");
    // They are here, or do not come after all.
    fresh(room.coming, before.current?.room.coming ?? []).forEach((name) => drop(`coming:${name}`));
    before.current = after;
  }, [mine, room]);
}

/** One's own place in the hand queue. */
function useHand(store: SessionStore, say: Say): void {
  const place = store.people.value.find((person) => person.me)?.hand ?? null;
  const before = useRef(place);
  useEffect(() => {
    if (place === before.current) return;
    const next = place === 1 && before.current !== null;
    const text = place === null ? t("hand.down") : next ? t("status.handNext") : t("hand.youAre", { place });
    say({ kind: "say", text, key: "hand" });
    before.current = place;
  }, [place]);
}

function useChat(store: SessionStore, say: Say): void {
  const lines = store.lines.value;
  const before = useRef<readonly Said[]>(lines);
  useEffect(() => {
    const line = lines.length === before.current.length + 1 ? lines.at(-1)! : null;
    before.current = lines;
    // While the own screen is shared, others may read along: not even that somebody wrote in private.
    if (!line || (line.to !== "room" && line.to !== "everyone" && isDiscreet(store))) return;
    const own = line.who === store.me.peek();
    const toAll = line.to === "everyone" && !own;
    const text = own ? t("status.sent") : toAll ? t("pairs.toAll", { name: line.name, text: line.text }) : t("status.wrote", { name: line.name });
    say({ kind: "say", text, key: `line:${line.who}`, first: toAll });
  }, [lines]);
}

function useTeam(store: SessionStore, say: Say, drop: Drop): void {
  const team = store.team.value;
  const before = useRef<Team | null>(team);
  useEffect(() => {
    const nameOf = (id: string) => store.people.peek().find((person) => person.id === id)?.name;
    teamOver(before.current, team).forEach(drop);
    teamNews(before.current, team, nameOf, isDiscreet(store)).forEach(say);
    before.current = team;
  }, [team]);
}

function useConnection(lost: boolean, say: Say): void {
  const wasLost = useRef(false);
  useEffect(() => {
    if (lost) say({ kind: "say", text: t("room.reconnecting"), key: "connection", first: true });
    else if (wasLost.current) say({ kind: "say", text: t("status.youBack"), key: "connection", first: true });
    wasLost.current = lost;
  }, [lost]);
}

/** Tiles say it too, each for itself. */
function useLine(store: SessionStore, say: Say): void {
  useTurn(store.squeezedSince.value !== null, (waits) => say({ kind: "say", text: t(waits ? "thrift.weakStatus" : "thrift.betterStatus"), key: "line" }));
  const paused = store.ownPaused.value;
  useTurn(paused, () => {
    if (paused || store.cameraOn.peek()) say({ kind: "say", text: t(paused ? "thrift.ownPaused" : "thrift.ownBack"), key: "own-line" });
  });
}

/** Whenever it turns; at first it is false. */
function useTurn(now: boolean, turned: (to: boolean) => void): void {
  const was = useRef(false);
  useEffect(() => {
    if (now !== was.current) turned(now);
    was.current = now;
  }, [now]);
}

function useDevices(store: SessionStore, say: Say): void {
  const news = store.deviceNews.value;
  useEffect(() => {
    if (news) say({ kind: "say", text: deviceWords(news), key: news.source });
  }, [news]);

  const hint = store.microphoneHint.value;
  useEffect(() => {
    if (hint) say({ kind: "say", text: t(hint === "talking" ? "status.talkingMuted" : "room.noSound"), key: "microphone" });
  }, [hint]);

  const behind = store.decodingBehind.value;
  useEffect(() => {
    if (behind) say({ kind: "say", text: t("status.behind") });
  }, [behind]);
}
