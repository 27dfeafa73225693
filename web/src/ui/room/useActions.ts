import { t } from "../../i18n";
import type { DeviceAnswer, SessionStore } from "../../session/model";
import type { Actions } from "./Controls";
import { mayStart } from "./may";

export type Open =
  | { what: "leave" | "settings" | "more" | "chat" }
  | { what: "person"; id: string }
  | { what: "help"; answer: Exclude<DeviceAnswer, "ok">; retry: () => void };

interface Needs {
  store: SessionStore;
  /** `key`: what it is about; a later word replaces it. */
  say: (text: string, key?: string) => void;
  setOpen: (open: Open) => void;
  selfHidden: boolean;
  setSelfHidden: (hidden: boolean) => void;
  toggleChat: () => void;
}

/** What the bar's buttons, the keys and the cards do. */
export function actionsOf({ store, say, setOpen, selfHidden, setSelfHidden, toggleChat }: Needs): Actions {
  const attempt = async (what: () => Promise<DeviceAnswer>, done: () => void) => {
    const answer = await what();
    if (answer === "ok") done();
    else setOpen({ what: "help", answer, retry: () => void attempt(what, done) });
  };
  return {
    mute: () => {
      const muted = !store.muted.value && store.microphone.value !== "none";
      if (!muted && !mayStart(store, "microphone")) return say(t("mod.mayNotMic"));
      void attempt(() => store.setMuted(muted), () => say(t(muted ? "status.muted" : "status.unmuted"), "microphone"));
    },
    camera: () => {
      const on = !store.cameraOn.value;
      if (on && !mayStart(store, "camera")) return say(t("mod.mayNotCamera"));
      void attempt(() => store.setCamera(on), () => say(t(on ? "status.cameraOn" : "status.cameraOff"), "camera"));
    },
    flip: () => void attempt(() => store.flipCamera(), () => undefined),
    // Whoever closes the browser's own dialog has changed their mind: nothing to explain.
    share: () => {
      if (store.sharing.value) store.stopScreen();
      else if (mayStart(store, "screen")) void store.startScreen();
      else say(t("mod.mayNotScreen"));
    },
    hand: () => {
      const up = store.people.value.some((person) => person.me && person.hand !== null);
      void store.act({ type: up ? "lower_hand" : "raise_hand" });
    },
    chat: toggleChat,
    away: () => void store.act({ type: "step_away" }),
    self: () => setSelfHidden(!selfHidden),
    settings: () => setOpen({ what: "settings" }),
    more: () => setOpen({ what: "more" }),
    leave: () => setOpen({ what: "leave" }),
  };
}
