import { CirclePause, Volume2 } from "lucide";

import { t } from "../../i18n";
import type { SessionStore } from "../../session/model";
import { Icon } from "../Icon";
import { BreakBanner } from "./Break";
import { type DeviceActions, DeviceBanners } from "./DeviceBanners";
import { PairNotices } from "./pairs/Notices";
import { PairBanner } from "./pairs/PairBanner";
import { TapToTalk } from "./pairs/TapToTalk";
import { PausedForTeam } from "./Paused";
import { PrivateRoom } from "./PrivateRoom";
import { ThriftBanner } from "./ThriftBanner";

interface Props {
  store: SessionStore;
  lost: boolean;
  onBreak: boolean;
  say: (text: string, key?: string) => void;
  actions: DeviceActions;
}

/** How things stand: the connection, one's own devices, and the room. */
export function Banners({ store, lost, onBreak, say, actions }: Props) {
  return (
    <div class="banners">
      {lost && (
        <p class="banner" data-kind="lost">
          <span class="turning" aria-hidden="true" />
          {t("room.reconnecting")}
        </p>
      )}
      <PrivateRoom store={store} />
      <PairBanner store={store} say={say} />
      <PairNotices store={store} />
      <TapToTalk store={store} onUnmute={actions.mute} />
      {store.roomView.value?.paused_by && store.team.value !== null && <PausedForTeam store={store} />}
      {!onBreak && <BreakBanner store={store} />}
      {store.ownPaused.value && (
        <p class="banner" data-kind="own-paused">
          <Icon of={CirclePause} />
          {t("thrift.ownPaused")}
        </p>
      )}
      <ThriftBanner store={store} />
      {store.audioBlocked.value && store.microphone.value !== "interrupted" && (
        <button type="button" class="button primary hear" onClick={() => void store.unblockAudio()}>
          <Icon of={Volume2} />
          {t("room.tapToHear")}
        </button>
      )}
      <DeviceBanners store={store} actions={actions} />
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
