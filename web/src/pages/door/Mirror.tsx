import { Mic, MicOff, Video, VideoOff } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";

import { t } from "../../i18n";
import type { DeviceAnswer, SessionStore } from "../../session/model";
import { DeviceHelp } from "../../ui/DeviceHelp";
import { DeviceFold, LevelMeter } from "../../ui/Devices";
import { Icon } from "../../ui/Icon";

/** Asked: nothing yet, the browser's question is open, or its answer. */
export type Asked = "not yet" | "asking" | DeviceAnswer;
export type Ask = (camera: boolean, microphone: boolean) => Promise<void>;

/** What the browser said about the devices. Where it was allowed before, it does not ask, so neither do we. */
export function useAsked(store: SessionStore): readonly [Asked, Ask] {
  const held = store.preview.value !== null || store.microphone.value !== "none";
  const [asked, setAsked] = useState<Asked>(held ? "ok" : "not yet");
  const ask = async (camera: boolean, microphone: boolean) => {
    setAsked("asking");
    setAsked(await store.requestDevices({ camera, microphone }));
  };
  useEffect(() => {
    if (held) return;
    if (!isSecureContext) setAsked("insecure");
    else if (!navigator.mediaDevices?.getUserMedia) setAsked("unsupported");
    else void allowedBefore().then((allowed) => (allowed ? ask(true, true) : undefined));
  }, []);
  return [asked, ask];
}

async function allowedBefore(): Promise<boolean> {
  const names = ["camera", "microphone"] as unknown as PermissionName[];
  try {
    const states = await Promise.all(names.map((name) => navigator.permissions.query({ name })));
    return states.every((status) => status.state === "granted");
  } catch {
    return false; // Firefox before 131 does not know these names
  }
}

interface Props {
  store: SessionStore;
  asked: Asked;
  ask: Ask;
  /** The whole link, for another browser. */
  link: string;
}

/** The doorway before the question, then one's own picture, or what to do without one. */
export function MirrorPlace({ store, asked, ask, link }: Props) {
  switch (asked) {
    case "ok":
      return <Mirror store={store} ask={ask} />;
    case "not yet":
      return (
        <div class="mirror doorway">
          <p class="doorway-words">
            <strong>{t("join.why")}</strong> {t("join.whyNext")}
          </p>
          <button type="button" class="button primary" data-action="devices" onClick={() => void ask(true, true)}>
            {t("join.turnOn")}
          </button>
          <button type="button" class="button plain" onClick={() => void ask(false, true)}>
            {t("join.micOnly")}
          </button>
        </div>
      );
    case "asking":
      return (
        <div class="mirror doorway">
          <p class="doorway-words" role="status">
            {t("join.asking")}
          </p>
        </div>
      );
    default:
      return (
        <div class="mirror-help">
          <DeviceHelp answer={asked} link={link} onTryAgain={() => void ask(true, true)} />
        </div>
      );
  }
}

/** One's own picture, the two big switches, the meter and the choices. */
export function Mirror({ store, ask }: { store: SessionStore; ask: Ask }) {
  const video = useRef<HTMLVideoElement>(null);
  const preview = store.preview.value;
  const microphone = store.microphone.value;
  const muted = store.muted.value;
  useEffect(() => {
    if (video.current) video.current.srcObject = preview;
  }, [preview]);
  const toggleCamera = () => void (store.cameraOn.value ? store.setCamera(false) : ask(true, false));
  const toggleMicrophone = () => void (microphone === "none" ? ask(false, true) : store.setMuted(!muted));
  return (
    <>
      <div class="mirror" data-off={!preview}>
        <video
          ref={video}
          class="video"
          data-mirrored={store.facing.value !== "environment"}
          hidden={!preview}
          autoplay
          muted
          playsInline
          disablePictureInPicture
          aria-label={t("join.preview")}
        />
        {!preview && <p class="mirror-off">{t("join.cameraOff")}</p>}
        <div class="mirror-controls">
          <button type="button" class="control" data-action="mute" data-off={muted} onClick={toggleMicrophone}>
            <Icon of={muted ? MicOff : Mic} />
            <span class="control-label">{t(microphone === "none" ? "controls.micOn" : muted ? "controls.unmute" : "controls.mute")}</span>
          </button>
          <button type="button" class="control" data-action="camera" data-off={!preview} onClick={toggleCamera}>
            <Icon of={preview ? Video : VideoOff} />
            <span class="control-label">{t(preview ? "controls.cameraOff" : "controls.cameraOn")}</span>
          </button>
        </div>
      </div>
      {microphone === "on" && <LevelMeter store={store} />}
      <DeviceFold store={store} />
    </>
  );
}
