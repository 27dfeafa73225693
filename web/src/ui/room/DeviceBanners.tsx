import { useEffect, useState } from "preact/hooks";

import { t } from "../../i18n";
import type { SessionStore } from "../../session/model";
import { mayStart } from "./may";

export interface DeviceActions {
  mute: () => void;
  camera: () => void;
  settings: () => void;
}

/** What has become of one's own devices, each with the one tap that helps. */
export function DeviceBanners({ store, actions }: { store: SessionStore; actions: DeviceActions }) {
  return (
    <>
      <Interrupted store={store} />
      <Stopped store={store} actions={actions} />
      <Silent store={store} actions={actions} />
    </>
  );
}

/** The system has kept the microphone, and often the sound, since a phone call. */
function Interrupted({ store }: { store: SessionStore }) {
  if (store.microphone.value !== "interrupted") return null;
  return (
    <button type="button" class="banner" data-action="after-call" onClick={() => (void store.unblockAudio(), void store.setMuted(false))}>
      {t("room.interrupted")}
    </button>
  );
}

/** Taken away, and no other was there. */
function Stopped({ store, actions }: { store: SessionStore; actions: DeviceActions }) {
  const news = store.deviceNews.value;
  if (news?.became !== "stopped" || !mayStart(store, news.source)) return null;
  const camera = news.source === "camera";
  return (
    <button type="button" class="banner" data-action="turn-on-again" onClick={camera ? actions.camera : actions.mute}>
      {t(camera ? "room.cameraStopped" : "room.micStopped")}
    </button>
  );
}

/** Not muted, and nothing comes. */
function Silent({ store, actions }: { store: SessionStore; actions: DeviceActions }) {
  const silent = store.microphoneHint.value === "silent";
  const [aside, setAside] = useState(false);
  useEffect(() => {
    if (!silent) setAside(false);
  }, [silent]);
  if (!silent || aside) return null;
  return (
    <div class="banner" data-kind="silent">
      <span>
        {t("room.noSound")} {t("room.noSoundHelp")}
      </span>
      <button type="button" class="button" data-action="other-microphone" onClick={actions.settings}>
        {t("room.otherMicrophone")}
      </button>
      <button type="button" class="button" onClick={() => setAside(true)}>
        {t("mod.ok")}
      </button>
    </div>
  );
}
