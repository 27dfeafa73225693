import { useEffect } from "preact/hooks";

import { t } from "../../i18n";
import type { Person, SessionStore } from "../../session/model";
import { Dialog } from "../Dialog";
import { useMedia } from "../hooks";
import { open, type Open } from "./acting";
import { BoardDialog } from "./board/Board";
import { useBroadcastEnd } from "./board/broadcast";
import { LonelyDialog } from "./board/LonelyDialog";
import { Planner } from "./board/Planner";
import { personOf } from "./board/rooms";
import { BreakDialog } from "./BreakDialog";
import { CallsComing, CallsOnTop, Uncover } from "./Calls";
import { CloseDialog } from "./CloseDialog";
import { isDiscreet } from "./discreet";
import { GroupActions } from "./GroupActions";
import { KnockMenu } from "./KnockMenu";
import { Knocks } from "./Knocks";
import { Elsewhere, PeopleList } from "./PeopleList";
import { PersonMenu } from "./PersonMenu";
import { StandbyDialog } from "./StandbyDialog";
import { Trouble } from "./Trouble";
import { useTeamSounds } from "./useTeamSounds";

/** Where a panel beside the stage leaves people large enough; elsewhere its parts are sheets. */
export const WIDE = "(min-width: 900px) and (min-height: 480px)";

/** What facilitators see beyond the room: calls for help over everything, the door, people, and the group as a whole. */
export function TeamPanel({ store, phone }: { store: SessionStore; phone: boolean }) {
  const wide = useMedia(WIDE) && !phone;
  return (
    <>
      <TeamWatch store={store} />
      {wide && (
        <aside class="panel team" aria-label={t("team.label")}>
          <Trouble />
          <Lists store={store} />
          <GroupActions store={store} beside />
        </aside>
      )}
      <TeamDialogs store={store} beside={wide} />
    </>
  );
}

/** Who called, waits, is here and is elsewhere. While others may see this page: who is here, and that is all. */
function Lists({ store }: { store: SessionStore }) {
  const waiting = store.team.value?.waiting.length ?? 0;
  if (isDiscreet(store)) {
    return (
      <>
        <section class="team-part" aria-label={t("team.knocks")}>
          {waiting > 0 && <p>{t("team.discreet.waiting", { count: waiting })}</p>}
          <Uncover words={t("team.discreet.lists")} />
        </section>
        <PeopleList store={store} />
      </>
    );
  }
  return (
    <>
      <CallsComing store={store} />
      <Knocks store={store} />
      <PeopleList store={store} />
      <Elsewhere store={store} />
    </>
  );
}

/** What reaches a facilitator wherever they look, also while they have stepped away: calls for help, and their sound. */
export function TeamWatch({ store }: { store: SessionStore }) {
  useTeamSounds(store.team.value);
  useBroadcastEnd(store);
  return <CallsOnTop store={store} />;
}

interface DialogsProps {
  store: SessionStore;
  standby?: boolean;
  /** There is room for a panel, and for the board, beside what else the page shows. */
  beside?: boolean;
}

/** Whatever of the team's is open over the page; one at a time, and a question about a move on top of it. */
export function TeamDialogs(props: DialogsProps) {
  return (
    <>
      <OpenDialog {...props} />
      <LonelyDialog store={props.store} />
    </>
  );
}

function OpenDialog({ store, standby = false, beside = false }: DialogsProps) {
  const now = open.value;
  const close = () => (open.value = null);
  // Whoever came back would else find their menu opened again.
  useEffect(() => close, []);
  const gone = now !== null && "id" in now && !isHere(store, now);
  useEffect(() => void (gone && close()), [gone]);
  switch (now?.what) {
    case "people":
      return (
        <Dialog title={t("team.people")} onClose={close}>
          <Trouble />
          <Lists store={store} />
        </Dialog>
      );
    case "group":
      return (
        <Dialog title={t("team.groupTitle")} onClose={close}>
          <Trouble />
          <GroupActions store={store} standby={standby} untitled />
        </Dialog>
      );
    case "plan":
      return <Planner store={store} beside={beside} onClose={close} />;
    case "board":
      return <BoardDialog store={store} onClose={close} />;
    case "close":
      return <CloseDialog store={store} onClose={close} />;
    case "break":
      return <BreakDialog store={store} onClose={close} />;
    case "standby":
      return <StandbyDialog store={store} onClose={close} />;
    case "person": {
      const person = personWith(store, now.id);
      return person ? <PersonMenu store={store} person={person} onClose={close} /> : null;
    }
    case "knock": {
      const knock = store.team.value?.waiting.find(({ id }) => id === now.id);
      return knock ? <KnockMenu store={store} knock={knock} onClose={close} /> : null;
    }
    default:
      return null;
  }
}

/** In this room, or anywhere on the board. */
function personWith(store: SessionStore, id: string): Person | undefined {
  const placed = store.board.value?.people.find(({ person }) => person.id === id);
  return store.people.value.find((person) => person.id === id) ?? (placed && personOf(placed, store.pulse.value, store.me.value));
}

function isHere(store: SessionStore, { what, id }: Extract<Open, { id: string }>): boolean {
  if (what === "person") return personWith(store, id) !== undefined;
  return store.team.value?.waiting.some((knock) => knock.id === id) ?? false;
}
