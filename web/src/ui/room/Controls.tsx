import {
  DoorClosed,
  Ellipsis,
  Hand,
  LogOut,
  MessageCircle,
  Mic,
  MicOff,
  ScreenShare,
  ScreenShareOff,
  SwitchCamera,
  Video,
  VideoOff,
} from "lucide";

import { t } from "../../i18n";
import type { SessionStore } from "../../session/model";
import { TeamControls } from "../team/TeamControls";
import { ComeButton } from "./Come";
import { Control } from "./Control";
import { mayStart } from "./may";
import { hasVoiceLine, VoiceLine } from "./pairs/VoiceLine";

export { Control };

export interface Actions {
  mute: () => void;
  camera: () => void;
  flip: () => void;
  share: () => void;
  hand: () => void;
  chat: () => void;
  away: () => void;
  self: () => void;
  settings: () => void;
  more: () => void;
  leave: () => void;
}

interface Props {
  store: SessionStore;
  phone: boolean;
  /** Less than a desktop: short words, and the rarer controls behind "More". */
  narrow: boolean;
  unread: number;
  chatOpen: boolean;
  actions: Actions;
}

const VOICE = "own-voice";

/** Those who watch or write for the team have each other; who was invited for one person may need somebody. */
export function mayAskToCome(store: SessionStore): boolean {
  const me = store.people.value.find((person) => person.me);
  if (store.team.value !== null || store.roomView.value?.kind === "private") return false;
  return me?.function !== "supervisor" && me?.function !== "trainee";
}

/** Own microphone, camera, hand, the facilitator's attention, and the ways out. */
export function Controls({ store, phone, narrow, unread, chatOpen, actions }: Props) {
  const team = store.team.value !== null;
  return (
    <div class="controls" role="group" aria-label={t("controls.label")} tabIndex={-1} data-pane="bar">
      <VoiceLine store={store} id={VOICE} />
      <MuteControl store={store} phone={phone} onClick={actions.mute} />
      <CameraControl store={store} phone={phone} onClick={actions.camera} />
      {store.canFlipCamera.value && store.cameraOn.value && !narrow && (
        <Control action="flip" icon={SwitchCamera} label={t("controls.flip")} onClick={actions.flip} />
      )}
      {!phone && <ShareControl store={store} onClick={actions.share} />}
      {!team && <HandControl store={store} phone={phone} onClick={actions.hand} />}
      {mayAskToCome(store) && <ComeButton store={store} narrow={narrow} />}
      {!phone && (
        <Control
          action="chat"
          icon={MessageCircle}
          label={t(unread ? "controls.chatUnread" : "controls.chat", { count: unread })}
          short={t("controls.chat")}
          count={unread}
          pressed={chatOpen}
          onClick={actions.chat}
        />
      )}
      {team && <TeamControls store={store} phone={phone} />}
      {!team && <Control action="away" kind="large" icon={DoorClosed} label={t("controls.stepAway")} onClick={actions.away} />}
      <Control
        action="more"
        icon={Ellipsis}
        label={t(phone && unread ? "controls.moreUnread" : "controls.more", { count: unread })}
        short={t("controls.more")}
        count={phone ? unread : 0}
        dialog
        onClick={actions.more}
      />
      {!phone && <Control action="leave" kind="leave" icon={LogOut} label={t("controls.leave")} dialog onClick={actions.leave} />}
    </div>
  );
}

interface OneProps {
  store: SessionStore;
  phone?: boolean;
  onClick: () => void;
}

function MuteControl({ store, phone, onClick }: OneProps) {
  const none = store.microphone.value === "none";
  const muted = store.muted.value || none;
  const kept = muted && !mayStart(store, "microphone");
  const talking = store.microphoneHint.value === "talking";
  const key = kept ? "micKept" : none ? "micOn" : muted ? "unmute" : "mute";
  return (
    <Control
      action="mute"
      icon={muted ? MicOff : Mic}
      label={t(`controls.${key}`)}
      short={phone && (none || kept) ? t("controls.micShort") : undefined}
      off={muted}
      kept={kept}
      bubble={talking ? t("status.talkingMuted") : undefined}
      about={hasVoiceLine(store) ? VOICE : undefined}
      onClick={onClick}
    />
  );
}

function CameraControl({ store, phone, onClick }: OneProps) {
  const on = store.cameraOn.value;
  const kept = !on && !mayStart(store, "camera");
  return (
    <Control
      action="camera"
      icon={on ? Video : VideoOff}
      label={t(kept ? "controls.cameraKept" : on ? "controls.cameraOff" : "controls.cameraOn")}
      short={phone ? t("controls.cameraShort") : undefined}
      off={!on}
      kept={kept}
      onClick={onClick}
    />
  );
}

/** Only where it is possible and allowed: nobody needs a button for what they cannot do. */
function ShareControl({ store, onClick }: OneProps) {
  const sharing = store.sharing.value;
  if (!store.canShareScreen || (!sharing && !mayStart(store, "screen"))) return null;
  return (
    <Control
      action="share"
      icon={sharing ? ScreenShareOff : ScreenShare}
      label={t(sharing ? "controls.stopShare" : "controls.share")}
      onClick={onClick}
    />
  );
}

function HandControl({ store, phone, onClick }: OneProps) {
  const up = store.people.value.some((person) => person.me && person.hand !== null);
  return (
    <Control
      action="hand"
      icon={Hand}
      label={t(up ? "controls.handDown" : "controls.hand")}
      short={phone ? t("controls.handShort") : undefined}
      off={up}
      onClick={onClick}
    />
  );
}
