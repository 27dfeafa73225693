import { useEffect, useRef } from "preact/hooks";

import { t } from "../../i18n";
import type { Person, Said, SessionStore, Team } from "../../session/model";
import { changes } from "../StatusLine";
import type { Notice } from "../status";
import { teamNews } from "../team/news";

// An unplugged microphone that gives way to another within this time is not worth a word.
const REPLACED_WITHIN = 1500;

type Say = (notice: Notice) => void;

/** Who comes, goes, drops and returns, and what happens to oneself; in the one status line. */
export function useAnnouncements(store: SessionStore, lost: boolean, say: Say): void {
  usePeople(store, say);
  useHand(store, say);
  useChat(store, say);
  useTeam(store, say);
  useConnection(lost, say);
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
    if (was === null) say({ kind: "say", text: t("status.here", { count: people.length }) });
    else if (was.room === room) changes(was.people, people, store.team.peek() !== null).forEach(say);
  }, [people, room]);
}

/** One's own place in the hand queue. */
function useHand(store: SessionStore, say: Say): void {
  const place = store.people.value.find((person) => person.me)?.hand ?? null;
  const before = useRef(place);
  useEffect(() => {
    if (place === before.current) return;
    if (place === null) say({ kind: "say", text: t("hand.down") });
    else say({ kind: "say", text: place === 1 && before.current !== null ? t("status.handNext") : t("hand.youAre", { place }) });
    before.current = place;
  }, [place]);
}

function useChat(store: SessionStore, say: Say): void {
  const lines = store.lines.value;
  const before = useRef<readonly Said[]>(lines);
  useEffect(() => {
    const fresh = lines.length === before.current.length + 1 ? lines.at(-1)! : null;
    before.current = lines;
    if (fresh && fresh.who !== store.me.peek()) say({ kind: "say", text: t("status.wrote", { name: fresh.name }) });
  }, [lines]);
}

function useTeam(store: SessionStore, say: Say): void {
  const team = store.team.value;
  const before = useRef<Team | null>(team);
  useEffect(() => {
    const nameOf = (id: string) => store.people.peek().find((person) => person.id === id)?.name;
    teamNews(before.current, team, nameOf).forEach((text) => say({ kind: "say", text }));
    before.current = team;
  }, [team]);
}

function useConnection(lost: boolean, say: Say): void {
  const wasLost = useRef(false);
  useEffect(() => {
    if (lost) say({ kind: "say", text: t("room.reconnecting") });
    else if (wasLost.current) say({ kind: "say", text: t("status.youBack") });
    wasLost.current = lost;
  }, [lost]);
}

function useDevices(store: SessionStore, say: Say): void {
  const microphone = store.microphone.value !== "none";
  const had = useRef(microphone);
  useEffect(() => {
    if (microphone || !had.current) {
      had.current = microphone;
      return;
    }
    const timer = setTimeout(() => {
      had.current = false;
      say({ kind: "say", text: t("status.micLost") });
    }, REPLACED_WITHIN);
    return () => clearTimeout(timer);
  }, [microphone]);

  const behind = store.decodingBehind.value;
  useEffect(() => {
    if (behind) say({ kind: "say", text: t("status.behind") });
  }, [behind]);
}
