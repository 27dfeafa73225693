import { DoorClosed, Eye, EyeOff, LogOut, MessageCircle, ScreenShare, ScreenShareOff, Settings, SwitchCamera, type IconNode } from "lucide";

import { t } from "../i18n";
import type { DeviceAnswer, Person, SessionStore } from "../session/model";
import { takeToken } from "../session/token";
import { DeviceHelp } from "./DeviceHelp";
import { DeviceChoices, LevelMeter } from "./Devices";
import { Dialog } from "./Dialog";
import { Icon } from "./Icon";
import { Needed } from "./Needed";
import type { Actions } from "./room/Controls";
import { mayStart } from "./room/may";
import { shortcutsFor } from "./shortcuts";
import { Switch } from "./Switch";
import { ThriftChoice } from "./ThriftChoice";
import { Volume } from "./team/Volume";

interface Closing {
  onClose: () => void;
}

export function LeaveDialog({ onClose, onLeave }: Closing & { onLeave: () => void }) {
  return (
    <Dialog title={t("leave.title")} onClose={onClose}>
      <p>{t("leave.text")}</p>
      <div class="dialog-actions">
        <button type="button" class="button" onClick={onClose}>
          {t("leave.stay")}
        </button>
        <button type="button" class="button primary" data-action="leave-confirm" onClick={onLeave}>
          {t("leave.leave")}
        </button>
      </div>
    </Dialog>
  );
}

export function PersonDialog({ store, person, onClose }: Closing & { store: SessionStore; person: Person }) {
  return (
    <Dialog title={person.name} onClose={onClose}>
      <Volume store={store} person={person} />
      <p class="small soft">{t("person.volumeNote")}</p>
      <Needed store={store} person={person} />
    </Dialog>
  );
}

interface SelfProps {
  selfHidden: boolean;
  onSelfHidden: (hidden: boolean) => void;
}

interface SettingsProps extends Closing, SelfProps {
  store: SessionStore;
  shortcuts: boolean;
  onShortcuts: (on: boolean) => void;
}

export function SettingsDialog({ store, selfHidden, onSelfHidden, shortcuts, onShortcuts, onClose }: SettingsProps) {
  const heard = store.microphone.value === "on";
  return (
    <Dialog title={t("settings.title")} onClose={onClose}>
      <DeviceChoices store={store} />
      {heard && <LevelMeter store={store} />}
      <ThriftChoice store={store} />
      <Switch label={t("settings.hideSelf")} note={t("settings.hideSelfNote")} on={selfHidden} onChange={onSelfHidden} />
      <Switch label={t("settings.shortcuts")} on={shortcuts} onChange={onShortcuts} />
      {shortcuts && (
        <ul class="shortcuts small">
          {shortcutsFor(store.team.value !== null).map(([key, action]) => (
            <li key={key}>
              <kbd>{key}</kbd> {t(`shortcuts.${action}`)}
            </li>
          ))}
          <li>
            <kbd>F6</kbd> {t("shortcuts.panes")}
          </li>
        </ul>
      )}
    </Dialog>
  );
}

interface MoreProps extends Closing {
  store: SessionStore;
  phone: boolean;
  narrow: boolean;
  unread: number;
  selfHidden: boolean;
  actions: Actions;
}

/** The rarer controls; on phones also chat and the way out. */
export function MoreDialog({ store, phone, narrow, unread, selfHidden, actions, onClose }: MoreProps) {
  const sharing = store.sharing.value;
  const team = store.team.value !== null;
  const choice = (icon: IconNode, label: string, action: keyof Actions) => (
    <button type="button" class="choice" data-action={`more-${action}`} onClick={() => (onClose(), actions[action]())}>
      <Icon of={icon} />
      {label}
    </button>
  );
  return (
    <Dialog title={t("more.title")} onClose={onClose}>
      <div class="choices">
        {phone && choice(MessageCircle, t(unread ? "controls.chatUnread" : "more.chat", { count: unread }), "chat")}
        {phone && store.canShareScreen && (sharing || mayStart(store, "screen")) &&
          choice(sharing ? ScreenShareOff : ScreenShare, t(sharing ? "controls.stopShare" : "more.share"), "share")}
        {narrow && store.canFlipCamera.value && store.cameraOn.value && choice(SwitchCamera, t("more.flip"), "flip")}
        {choice(selfHidden ? Eye : EyeOff, t(selfHidden ? "more.showSelf" : "more.hideSelf"), "self")}
        {team && choice(DoorClosed, t("controls.stepAway"), "away")}
        {choice(Settings, t("more.settings"), "settings")}
        {phone && choice(LogOut, t("more.leave"), "leave")}
      </div>
    </Dialog>
  );
}

interface HelpProps extends Closing {
  answer: Exclude<DeviceAnswer, "ok">;
  onTryAgain: () => void;
}

export function HelpDialog({ answer, onTryAgain, onClose }: HelpProps) {
  return (
    <Dialog title={t(`help.${answer}.title`)} onClose={onClose}>
      <DeviceHelp answer={answer} link={linkOf()} onTryAgain={onTryAgain} untitled />
    </Dialog>
  );
}

/** The link that this tab was opened with: the address bar does not hold it any more. */
const linkOf = (): string => `${location.origin}/join#${takeToken({ hash: "", pathname: "/join" }, history)}`;
