import { MicOff } from "lucide";
import { useEffect, useState } from "preact/hooks";

import { t } from "../../../i18n";
import type { SessionStore } from "../../../session/model";
import { Icon } from "../../Icon";
import { mayStart } from "../Controls";

/** Muted in a pair, and a tap would change that. Facilitators read it beside their microphone. */
export function tapWouldUnmute(store: SessionStore): boolean {
  const room = store.roomView.value;
  const mine = store.mine.value;
  if (room?.kind !== "pair" || !store.muted.value || store.team.value !== null || !mayStart(store, "microphone")) return false;
  return room.paused_by === null && mine?.resting === null && mine.asked_by === null && mine.muted_by === null;
}

/** Who comes into a pair muted may not notice it. */
export function TapToTalk({ store, onUnmute }: { store: SessionStore; onUnmute: () => void }) {
  const room = store.roomView.value?.id;
  const muted = store.muted.value;
  const [talked, setTalked] = useState<string | undefined>(undefined);
  useEffect(() => {
    if (!muted) setTalked(room);
  }, [muted, room]);
  if (talked === room || !tapWouldUnmute(store)) return null;
  return (
    <button type="button" class="banner" data-kind="muted" data-action="tap-to-talk" onClick={onUnmute}>
      <Icon of={MicOff} />
      {t("pairs.muted")}
    </button>
  );
}
