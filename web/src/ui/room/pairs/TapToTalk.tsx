import { MicOff } from "lucide";
import { useEffect, useState } from "preact/hooks";

import { t } from "../../../i18n";
import type { SessionStore } from "../../../session/model";
import { Icon } from "../../Icon";
import { tapWouldUnmute } from "../may";

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
