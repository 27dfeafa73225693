import { Ellipsis, Eye, EyeOff, LogOut, Mic, MicOff, ScreenShare, ScreenShareOff, Settings, SwitchCamera, Video, VideoOff, type IconNode } from "lucide";

import { t } from "../i18n";
import type { SessionStore } from "../session/model";
import { Icon } from "./Icon";

interface ControlProps {
  icon: IconNode;
  label: string;
  /** Fits a phone; must be part of the label, for people who speak to their device. */
  short?: string | undefined;
  /** Something of mine is off: filled, so that it is seen at a glance. */
  off?: boolean;
  kind?: "leave";
  dialog?: boolean;
  onClick: () => void;
  action: string;
}

function Control({ icon, label, short, off = false, kind, dialog, onClick, action }: ControlProps) {
  return (
    <button
      type="button"
      class="control"
      data-off={off}
      data-kind={kind}
      data-action={action}
      aria-label={label}
      aria-haspopup={dialog ? "dialog" : undefined}
      onClick={onClick}
    >
      <Icon of={icon} />
      <span class="control-label">{short ?? label}</span>
    </button>
  );
}

export interface Actions {
  mute: () => void;
  camera: () => void;
  flip: () => void;
  share: () => void;
  self: () => void;
  settings: () => void;
  more: () => void;
  leave: () => void;
}

interface Props {
  store: SessionStore;
  phone: boolean;
  selfHidden: boolean;
  actions: Actions;
}

/** Own microphone, camera, screen and the way out. On a phone the rarer ones are behind "More". */
export function Controls({ store, phone, selfHidden, actions }: Props) {
  const muted = store.muted.value || store.microphone.value === "none";
  const cameraOn = store.cameraOn.value;
  const sharing = store.sharing.value;
  const muteLabel = store.microphone.value === "none" ? "micOn" : muted ? "unmute" : "mute";
  return (
    <div class="controls" role="group" aria-label={t("controls.label")}>
      <Control action="mute" icon={muted ? MicOff : Mic} label={t(`controls.${muteLabel}`)} short={phone && muteLabel === "micOn" ? t("controls.micShort") : undefined} off={muted} onClick={actions.mute} />
      <Control
        action="camera"
        icon={cameraOn ? Video : VideoOff}
        label={t(cameraOn ? "controls.cameraOff" : "controls.cameraOn")}
        short={phone ? t("controls.cameraShort") : undefined}
        off={!cameraOn}
        onClick={actions.camera}
      />
      {store.canFlipCamera.value && cameraOn && (
        <Control action="flip" icon={SwitchCamera} label={t("controls.flip")} onClick={actions.flip} />
      )}
      {!phone && store.canShareScreen && (
        <Control
          action="share"
          icon={sharing ? ScreenShareOff : ScreenShare}
          label={t(sharing ? "controls.stopShare" : "controls.share")}
          onClick={actions.share}
        />
      )}
      {phone ? (
        <Control action="more" icon={Ellipsis} label={t("controls.more")} dialog onClick={actions.more} />
      ) : (
        <>
          <Control
            action="self"
            icon={selfHidden ? Eye : EyeOff}
            label={t(selfHidden ? "controls.showSelf" : "controls.hideSelf")}
            onClick={actions.self}
          />
          <Control action="settings" icon={Settings} label={t("controls.settings")} dialog onClick={actions.settings} />
        </>
      )}
      <Control action="leave" kind="leave" icon={LogOut} label={t("controls.leave")} dialog onClick={actions.leave} />
    </div>
  );
}
