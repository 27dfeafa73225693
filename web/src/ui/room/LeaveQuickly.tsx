import { DoorOpen } from "lucide";

import { t } from "../../i18n";
import type { SessionStore } from "../../session/model";
import { Icon } from "../Icon";

/** No question asked: an empty page stands there in the same moment. */
export function LeaveQuickly({ store }: { store: SessionStore }) {
  return (
    <button type="button" class="leave-quickly" data-action="leave-quickly" title={t("quick.note")} onClick={() => store.leaveQuickly()}>
      <Icon of={DoorOpen} />
      <span>{t("quick.leave")}</span>
    </button>
  );
}
