import { Undo2 } from "lucide";

import { t } from "../../i18n";
import type { SessionStore } from "../../session/model";
import { Icon } from "../Icon";

/** A room of two inside the group, and the way back. */
export function PrivateRoom({ store }: { store: SessionStore }) {
  const room = store.roomView.value;
  if (room?.kind !== "private") return null;
  return (
    <div class="banner" data-kind="private">
      <span>{t("private.lead")}</span>
      <button type="button" class="button primary" data-action="end-private" onClick={() => void store.act({ type: "end_private", room: room.id })}>
        <Icon of={Undo2} />
        {t("private.back")}
      </button>
    </div>
  );
}
