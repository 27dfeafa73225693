import { ArrowRight, House, Link2, Link2Off, Plus } from "lucide";
import { useState } from "preact/hooks";

import { t } from "../../../i18n";
import type { Board, Placed, SessionStore } from "../../../session/model";
import { Dialog } from "../../Dialog";
import { Switch } from "../../Switch";
import { ask } from "../acting";
import { Choice } from "../Choice";
import { isDiscreet } from "../discreet";
import { Trouble } from "../Trouble";
import { type Column, isBound, type Plan } from "./plan";
import { warning } from "./warning";

interface Props {
  store: SessionStore;
  board: Board;
  placed: Placed;
  here: Column;
  plan: Plan;
  /** Names of the rooms of the plan. */
  rooms: readonly string[];
  onMove: (to: Column) => void;
  onClose: () => void;
}

type Page = "menu" | "apart" | "together";

/** Everything that a plan can do with one name. */
export function ChipMenu({ store, board, placed, here, plan, rooms, onMove, onClose }: Props) {
  const [page, setPage] = useState<Page>("menu");
  const { name } = placed.person;
  if (page !== "menu" && !isDiscreet(store)) return <Bonds store={store} board={board} placed={placed} kind={page} onBack={() => setPage("menu")} onClose={onClose} />;
  return (
    <Dialog key="menu" title={name} onClose={onClose}>
      <p class="small soft">{t("board.chip.here", { room: here === null ? t("board.plan.stays") : rooms[here]! })}</p>
      <div class="choices">
        {rooms.map(
          (room, index) =>
            index !== here && (
              <Choice key={index} icon={ArrowRight} action={`chip-${index + 1}`} words={t("board.chip.to", { room })} note={warning(store, board, placed.person.id, plan[index] ?? [])} onClick={() => onMove(index)} />
            ),
        )}
        <Choice icon={Plus} action="chip-new" words={t("board.chip.new")} onClick={() => onMove(rooms.length)} />
        {here !== null && <Choice icon={House} action="chip-stay" words={t("board.chip.stay")} onClick={() => onMove(null)} />}
        {!isDiscreet(store) && (
          <>
            <Choice icon={Link2Off} action="chip-apart" words={t("board.chip.apart")} onClick={() => setPage("apart")} />
            <Choice icon={Link2} action="chip-together" words={t("board.chip.together")} onClick={() => setPage("together")} />
          </>
        )}
      </div>
    </Dialog>
  );
}

interface BondsProps extends Pick<Props, "store" | "board" | "placed" | "onClose"> {
  kind: "apart" | "together";
  onBack: () => void;
}

/** With whom this one is never, or always, in one room. The next plan obeys; this one stays as it is. */
function Bonds({ store, board, placed: { person }, kind, onBack, onClose }: BondsProps) {
  const others = board.people.filter((one) => one.partner && one.person.id !== person.id).map((one) => one.person);
  const set = (other: string, on: boolean) =>
    void ask(store, { type: kind === "apart" ? "keep_apart" : "keep_together", participant: person.id, other, on }, { not_now: t("board.chip.togetherNot") });
  return (
    <Dialog key={kind} title={t(`board.chip.${kind}Title`, { name: person.name })} onClose={onClose}>
      <Trouble />
      <p class="small soft">{t(`board.chip.${kind}Note`)}</p>
      <div class="bonds">
        {others.map((other) => (
          <Switch key={other.id} label={other.name} on={isBound(board[kind], person.id, other.id)} onChange={(on) => set(other.id, on)} />
        ))}
      </div>
      <div class="dialog-actions">
        <button type="button" class="button" data-action="back" onClick={onBack}>
          {t("board.chip.back")}
        </button>
      </div>
    </Dialog>
  );
}
