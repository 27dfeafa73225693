import { Power, SlidersHorizontal, UserRound, UsersRound } from "lucide";

import { t } from "../../i18n";
import type { SessionStore } from "../../session/model";
import { Control } from "../room/Control";
import { useMedia } from "../hooks";
import { open } from "./acting";
import { openPairs } from "./board/asking";
import { WIDE } from "./TeamPanel";

/** The facilitator's part of the bar. Without a panel beside the stage, its lists are behind two buttons. */
export function TeamControls({ store, phone }: { store: SessionStore; phone: boolean }) {
  const wide = useMedia(WIDE) && !phone;
  const team = store.team.value;
  if (!team) return null;
  if (wide) {
    return <Control action="close-group" icon={Power} label={t("team.closeGroup")} short={t("team.close")} dialog onClick={() => (open.value = { what: "close" })} />;
  }
  const waiting = team.waiting.length;
  return (
    <>
      <Control
        action="team-people"
        icon={UserRound}
        label={waiting ? t("team.peopleWaiting", { count: waiting }) : t("team.people")}
        short={t("team.people")}
        count={waiting}
        dialog
        onClick={() => (open.value = { what: "people" })}
      />
      <Control action="pairs" icon={UsersRound} label={t("board.pairs")} dialog onClick={() => void openPairs(store, false)} />
      <Control action="team-group" icon={SlidersHorizontal} label={t("team.group")} dialog onClick={() => (open.value = { what: "group" })} />
    </>
  );
}
