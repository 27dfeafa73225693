import { useEffect, useRef, useState } from "preact/hooks";

import { t } from "../i18n";
import type { SessionStore } from "../session/model";
import { Dialog } from "../ui/Dialog";
import { HelpDialog, LeaveDialog, MoreDialog, PersonDialog, SettingsDialog } from "../ui/dialogs";
import { useFocusKept, useHeadingFocus, useMedia, usePreference } from "../ui/hooks";
import { Mark } from "../ui/Mark";
import { Away } from "../ui/room/Away";
import { Banners } from "../ui/room/Banners";
import { Cards } from "../ui/room/Cards";
import { Chat } from "../ui/room/Chat";
import { Controls } from "../ui/room/Controls";
import { Hands } from "../ui/room/Hands";
import { LeaveQuickly } from "../ui/room/LeaveQuickly";
import { PrivateHelpButton } from "../ui/room/PrivateHelp";
import { Arriving } from "../ui/room/pairs/Arriving";
import { areRoomsOpen } from "../ui/room/pairs/open";
import { useMoves } from "../ui/room/pairs/useMoves";
import { isCounted, roomTitle } from "../ui/room/pairs/words";
import { calmOf, Stage } from "../ui/room/Stage";
import { useUnread } from "../ui/room/unread";
import { actionsOf, type Open } from "../ui/room/useActions";
import { useAnnouncements } from "../ui/room/useAnnouncements";
import { focusOn, useKeys } from "../ui/room/useKeys";
import { useStatus } from "../ui/StatusLine";
import { Board, isBoardHere } from "../ui/team/board/Board";
import { PersonMenu } from "../ui/team/PersonMenu";
import { TeamPanel, WIDE } from "../ui/team/TeamPanel";

// A phone either way up, and a desktop page at 400 % zoom, which has as little space.
const SMALL = "(max-width: 599px), (max-height: 479px)";

/** The frame of a room. What it shows is decided in ui/room, for facilitators also in ui/team. */
export function Room({ store }: { store: SessionStore }) {
  const phone = useMedia(SMALL);
  const wide = useMedia(WIDE);
  const [selfHidden, setSelfHidden] = usePreference("kinroom.selfHidden", false);
  const [shortcuts, setShortcuts] = usePreference("kinroom.shortcuts", true);
  const [page, setPage] = useState(0);
  const [open, setOpen] = useState<Open | null>(null);
  const [chatBeside, setChatBeside] = useState(false);
  const turning = useRef<(pages: 1 | -1) => void>(() => undefined);
  const [status, notice, drop] = useStatus();
  const say = (text: string, key?: string) => notice({ kind: "say", text, ...(key && { key }) });

  const people = store.people.value;
  const room = store.roomView.value;
  const team = store.team.value !== null;
  const resting = store.mine.value?.resting;
  const away = resting === "away";
  const arriving = resting === "arriving";
  const calm = calmOf(store);
  const lost = store.phase.value === "reconnecting" || store.mediaStalled.value;
  const chatOpen = wide ? chatBeside : open?.what === "chat";
  const unread = useUnread(store, chatOpen);
  const heading = useHeadingFocus(`${room?.id}/${away}/${arriving}`);
  useFocusKept(heading);
  useEffect(() => setPage(0), [room?.id]);
  useMoves(store);
  useAnnouncements(store, lost, notice, drop);

  const close = () => setOpen(null);
  const toggleChat = () => (wide ? setChatBeside(!chatBeside) : setOpen({ what: "chat" }));
  const actions = actionsOf({ store, say, setOpen, selfHidden, setSelfHidden, toggleChat });
  useKeys(shortcuts && !away && !arriving, {
    ...actions,
    help: () => focusOn("[data-action=private-help]"),
    knocks: () => focusOn("[data-focus=knocks]"),
    calls: () => focusOn("[data-focus=calls]"),
    previous: () => turning.current(-1),
    next: () => turning.current(1),
  });

  if (away) return <Away store={store} say={say} lost={lost} />;
  if (arriving) return <Arriving store={store} lost={lost} />;
  const person = open?.what === "person" ? people.find(({ id }) => id === open.id) : undefined;
  const beside = wide && (team || chatBeside);
  return (
    <main class="room" data-lost={lost} data-beside={beside} data-kind={room?.kind}>
      <header class="room-head">
        <Mark />
        <h1 ref={heading} tabIndex={-1}>
          {roomTitle(room, people, team, areRoomsOpen(store))}
          {isCounted(room, people) && <span class="count">{t("room.count", { count: people.length })}</span>}
        </h1>
        <p class="status" role="status" aria-live="polite">
          {status}
        </p>
        {!team && (
          <div class="head-actions">
            <LeaveQuickly store={store} />
            <PrivateHelpButton store={store} />
          </div>
        )}
      </header>
      <div class="notices">
        <Banners store={store} lost={lost} onBreak={calm === "break"} say={say} actions={actions} />
        <Cards store={store} say={say} onUnmute={actions.mute} />
        <Hands store={store} />
      </div>
      {wide && isBoardHere(store) ? (
        <Board store={store} say={say} />
      ) : (
        <Stage
          store={store}
          phone={phone}
          calm={calm}
          selfHidden={selfHidden}
          page={page}
          onPage={setPage}
          onMenu={({ id }) => setOpen({ what: "person", id })}
          say={say}
          turning={turning}
        />
      )}
      <Side store={store} phone={!wide} chat={wide && chatBeside} onCloseChat={() => setChatBeside(false)} />
      <Controls store={store} phone={phone} narrow={!wide} unread={unread} chatOpen={chatOpen} actions={actions} />

      {open?.what === "leave" && <LeaveDialog onClose={close} onLeave={() => store.leave()} />}
      {open?.what === "settings" && (
        <SettingsDialog
          store={store}
          selfHidden={selfHidden}
          onSelfHidden={setSelfHidden}
          shortcuts={shortcuts}
          onShortcuts={setShortcuts}
          onClose={close}
        />
      )}
      {open?.what === "more" && <MoreDialog store={store} phone={phone} narrow={!wide} unread={unread} selfHidden={selfHidden} actions={actions} onClose={close} />}
      {open?.what === "chat" && !wide && (
        <Dialog title={t("chat.title")} onClose={close}>
          <Chat store={store} />
        </Dialog>
      )}
      {person && (team ? <PersonMenu store={store} person={person} onClose={close} /> : <PersonDialog store={store} person={person} onClose={close} />)}
      {open?.what === "help" && <HelpDialog answer={open.answer} onTryAgain={() => (close(), open.retry())} onClose={close} />}
    </main>
  );
}

interface SideProps {
  store: SessionStore;
  phone: boolean;
  chat: boolean;
  onCloseChat: () => void;
}

/** Beside the pictures: the facilitators' lists and the chat. */
function Side({ store, phone, chat, onCloseChat }: SideProps) {
  const team = store.team.value !== null;
  if (!team && !chat) return null;
  return (
    <div class="side" data-chat={chat} tabIndex={-1} data-pane="side" role="group" aria-label={t("room.side")}>
      {team && <TeamPanel store={store} phone={phone} />}
      {chat && (
        <aside class="panel" aria-label={t("chat.title")}>
          <Chat store={store} onClose={onCloseChat} />
        </aside>
      )}
    </div>
  );
}
