import { Volume2 } from "lucide";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import { t } from "../i18n";
import type { DeviceAnswer, Person, SessionStore } from "../session/model";
import { arrange, liveLimit, pageOf } from "../ui/arrange";
import { type Actions, Controls } from "../ui/Controls";
import { HelpDialog, LeaveDialog, MoreDialog, PersonDialog, SettingsDialog } from "../ui/dialogs";
import { Floor } from "../ui/Floor";
import { useHeadingFocus, useMedia, usePreference } from "../ui/hooks";
import { Icon } from "../ui/Icon";
import { Mark } from "../ui/Mark";
import { Names } from "../ui/Names";
import { type ShortcutAction, shortcutFor, takesKeys } from "../ui/shortcuts";
import type { Notice } from "../ui/status";
import { changes, useStatus } from "../ui/StatusLine";

// A phone either way up, and a desktop page at 400 % zoom, which has as little space.
const SMALL = "(max-width: 599px), (max-height: 479px)";

// An unplugged microphone that gives way to another within this time is not worth a word.
const REPLACED_WITHIN = 1500;

type Open =
  | { what: "leave" | "settings" | "more" }
  | { what: "person"; id: string }
  | { what: "help"; answer: Exclude<DeviceAnswer, "ok">; retry: () => void };

export function Room({ store }: { store: SessionStore }) {
  const heading = useHeadingFocus();
  const phone = useMedia(SMALL);
  const [selfHidden, setSelfHidden] = usePreference("kinroom.selfHidden", false);
  const [shortcuts, setShortcuts] = usePreference("kinroom.shortcuts", true);
  const [page, setPage] = useState(0);
  const [open, setOpen] = useState<Open | null>(null);
  const [status, say] = useStatus();

  const people = store.people.value;
  const screens = useMemo(() => people.filter((person) => !person.me && person.sources.includes("screen")), [people]);
  const limit = liveLimit({ phone, screens: screens.length, pictures: store.pictureLimit.value });
  const arrangement = useMemo(() => arrange(people, limit, page, selfHidden), [people, limit, page, selfHidden]);
  const turn = (pages: 1 | -1) => {
    const next = Math.min(arrangement.pages - 1, Math.max(0, arrangement.page + pages));
    if (next === arrangement.page) return;
    setPage(next);
    const names = arrange(people, limit, next, selfHidden).live.map((one) => one.name);
    say({ kind: "say", text: t("status.page", { names: names.join(", ") }) });
  };
  const close = () => setOpen(null);

  const lost = store.phase.value === "reconnecting" || store.mediaStalled.value;
  useAnnouncements(store, people, lost, say);
  const actions = useActions(store, { selfHidden, setSelfHidden, setOpen, say });
  useShortcuts(shortcuts, { ...actions, previous: () => turn(-1), next: () => turn(1) });

  const person = open?.what === "person" ? people.find(({ id }) => id === open.id) : undefined;
  return (
    <main class="room" data-lost={lost}>
      <header class="room-head">
        <Mark />
        <h1 ref={heading} tabIndex={-1}>
          {t("room.title")}
          <span class="count">{t("room.count", { count: people.length })}</span>
        </h1>
        <p class="status" role="status" aria-live="polite">
          {status}
        </p>
      </header>
      <Banners store={store} lost={lost} />
      <div class="stage">
        <Floor store={store} live={arrangement.live} screens={screens} onMenu={({ id }) => setOpen({ what: "person", id })} onTurn={turn} />
        {people.length <= 1 && <p class="alone">{t("room.alone")}</p>}
      </div>
      <Names store={store} arrangement={arrangement} onTurn={turn} onShow={({ id }) => setPage(pageOf(people, limit, id))} />
      <Controls store={store} phone={phone} selfHidden={selfHidden} actions={actions} />

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
      {open?.what === "more" && (
        <MoreDialog
          store={store}
          selfHidden={selfHidden}
          onShare={() => (close(), actions.share())}
          onSelf={() => (close(), actions.self())}
          onSettings={() => setOpen({ what: "settings" })}
          onClose={close}
        />
      )}
      {person && <PersonDialog store={store} person={person} onClose={close} />}
      {open?.what === "help" && <HelpDialog answer={open.answer} onTryAgain={() => (close(), open.retry())} onClose={close} />}
    </main>
  );
}

function Banners({ store, lost }: { store: SessionStore; lost: boolean }) {
  return (
    <div class="banners">
      {lost && (
        <p class="banner" data-kind="lost">
          <span class="turning" aria-hidden="true" />
          {t("room.reconnecting")}
        </p>
      )}
      {store.audioBlocked.value && (
        <button type="button" class="button primary hear" onClick={() => void store.unblockAudio()}>
          <Icon of={Volume2} />
          {t("room.tapToHear")}
        </button>
      )}
      {store.microphone.value === "interrupted" && (
        <button type="button" class="banner" onClick={() => (void store.unblockAudio(), void store.setMuted(false))}>
          {t("room.interrupted")}
        </button>
      )}
      {store.sharing.value && (
        <p class="banner">
          {t("room.youShare")}
          <button type="button" class="button" onClick={() => store.stopScreen()}>
            {t("room.stopSharing")}
          </button>
        </p>
      )}
    </div>
  );
}

interface ActionNeeds {
  selfHidden: boolean;
  setSelfHidden: (hidden: boolean) => void;
  setOpen: (open: Open) => void;
  say: (notice: Notice) => void;
}

function useActions(store: SessionStore, { selfHidden, setSelfHidden, setOpen, say }: ActionNeeds): Actions {
  const tell = (text: string) => say({ kind: "say", text });
  const attempt = async (what: () => Promise<DeviceAnswer>, done: () => void) => {
    const answer = await what();
    if (answer === "ok") done();
    else setOpen({ what: "help", answer, retry: () => void attempt(what, done) });
  };
  return {
    mute: () => {
      const muted = !store.muted.value;
      void attempt(() => store.setMuted(muted), () => tell(t(muted ? "status.muted" : "status.unmuted")));
    },
    camera: () => {
      const on = !store.cameraOn.value;
      void attempt(() => store.setCamera(on), () => tell(t(on ? "status.cameraOn" : "status.cameraOff")));
    },
    flip: () => void attempt(() => store.flipCamera(), () => undefined),
    // Whoever closes the browser's own dialog has changed their mind: nothing to explain.
    share: () => (store.sharing.value ? store.stopScreen() : void store.startScreen()),
    self: () => setSelfHidden(!selfHidden),
    settings: () => setOpen({ what: "settings" }),
    more: () => setOpen({ what: "more" }),
    leave: () => setOpen({ what: "leave" }),
  };
}

function useShortcuts(on: boolean, actions: Record<ShortcutAction, () => void>): void {
  const current = useRef(actions);
  current.current = actions;
  useEffect(() => {
    if (!on) return;
    const pressed = (event: KeyboardEvent) => {
      const typing = takesKeys(event.target) || document.querySelector("dialog[open]") !== null;
      const action = shortcutFor(event, typing);
      if (!action) return;
      event.preventDefault();
      current.current[action]();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [on]);
}

/** Who comes, goes, drops and returns, and what happens to oneself; in the one status line. */
function useAnnouncements(store: SessionStore, people: readonly Person[], lost: boolean, say: (notice: Notice) => void): void {
  const before = useRef<readonly Person[] | null>(null);
  useEffect(() => {
    if (before.current === null) {
      if (people.length) say({ kind: "say", text: t("status.here", { count: people.length }) });
    } else {
      for (const notice of changes(before.current, people)) say(notice);
    }
    if (people.length) before.current = people;
  }, [people]);

  const wasLost = useRef(false);
  useEffect(() => {
    if (lost) say({ kind: "say", text: t("room.reconnecting") });
    else if (wasLost.current) say({ kind: "say", text: t("status.youBack") });
    wasLost.current = lost;
  }, [lost]);

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
