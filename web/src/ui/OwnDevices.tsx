import { Mic, MicOff, Video, VideoOff } from "lucide";
import { useState } from "preact/hooks";

import { t } from "../i18n";
import type { DeviceAnswer, SessionStore } from "../session/model";
import { HelpDialog } from "./dialogs";
import { Control } from "./room/Control";

type Refused = { answer: Exclude<DeviceAnswer, "ok">; retry: () => void };

/** How they will come in: microphone and camera, to be set while nobody sees or hears them. */
export function OwnDevices({ store }: { store: SessionStore }) {
  const [refused, setRefused] = useState<Refused | null>(null);
  const muted = store.muted.value;
  const camera = store.cameraOn.value;
  const attempt = async (what: () => Promise<DeviceAnswer>) => {
    const answer = await what();
    setRefused(answer === "ok" ? null : { answer, retry: () => void attempt(what) });
  };
  const microphone = store.microphone.value === "none" ? "controls.micOn" : muted ? "controls.unmute" : "controls.mute";
  return (
    <div class="own-devices">
      <Control
        icon={muted ? MicOff : Mic}
        label={t(microphone)}
        off={muted}
        action="mute"
        onClick={() => void attempt(() => store.setMuted(!muted))}
      />
      <Control
        icon={camera ? Video : VideoOff}
        label={t(camera ? "controls.cameraOff" : "controls.cameraOn")}
        off={!camera}
        action="camera"
        onClick={() => void attempt(() => store.setCamera(!camera))}
      />
      {refused && (
        <HelpDialog answer={refused.answer} onTryAgain={() => (setRefused(null), refused.retry())} onClose={() => setRefused(null)} />
      )}
    </div>
  );
}
