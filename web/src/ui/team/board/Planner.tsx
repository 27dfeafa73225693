import { CopyCheck, Shuffle, Trash2, type IconNode } from "lucide";
import { useEffect, useId, useRef, useState } from "preact/hooks";

import { t } from "../../../i18n";
import type { Board, Request, SessionStore } from "../../../session/model";
import { Dialog } from "../../Dialog";
import { Icon } from "../../Icon";
import { ask } from "../acting";
import { Trouble } from "../Trouble";
import { showBoard } from "./asking";
import { filled } from "./plan";
import { late, LateField, type Making, making, minutes, PAIRS, TimeField } from "./PlanFields";
import { PlanRooms } from "./PlanRooms";
import { usePlan } from "./usePlan";

interface Props {
  store: SessionStore;
  /** The board will stand in the page, not over it. */
  beside: boolean;
  onClose: () => void;
}

/** The plan of the rooms, from the first draft to the tap that opens them all. Closing it keeps the plan. */
export function Planner({ store, beside, onClose }: Props) {
  const board = store.board.value;
  const planned = board?.state === "planned";
  const was = useRef(false);
  was.current ||= planned;
  // A colleague opened the rooms, or dropped the plan.
  useEffect(() => void (!planned && was.current && onClose()), [planned]);
  return planned ? <Open store={store} board={board} beside={beside} onClose={onClose} /> : null;
}

function Open({ store, board, beside, onClose }: Props & { board: Board }) {
  const { plan, edit } = usePlan(store, board);
  const open = async () => {
    const request: Request = { type: "open_rooms", minutes: minutes.value, late: late.value };
    if (await ask(store, request, { not_now: t("board.notNow") })) showBoard(beside);
  };
  const drop = async () => {
    if (await ask(store, { type: "drop_plan" })) onClose();
  };
  const rooms = filled(plan);
  return (
    <Dialog title={t("board.plan.title")} onClose={onClose}>
      <div class="planner">
        <Trouble />
        <How store={store} board={board} />
        <div class="planner-fields">
          <TimeField />
          <LateField />
        </div>
        <PlanRooms store={store} board={board} plan={plan} onPlan={edit} />
        <div class="planner-end">
          <button type="button" class="button plain" data-action="drop-plan" onClick={() => void drop()}>
            <Icon of={Trash2} />
            {t("board.plan.drop")}
          </button>
          <button type="button" class="button primary" data-action="open-rooms" aria-disabled={rooms === 0} onClick={() => void (rooms && open())}>
            {t(board.groups === "pairs" ? "board.plan.openPairs" : "board.plan.openRooms", { count: rooms })}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

/** Draws a new plan. What was put together by hand is gone then. */
function How({ store, board }: { store: SessionStore; board: Board }) {
  const last = making.value;
  const [number, setNumber] = useState("3");
  const field = useId();
  const make = async (what: Making) => {
    if (await ask(store, { type: "plan_rooms", ...what }, { not_now: t("board.nobodyYet") })) making.value = what;
  };
  const send = (event: Event) => {
    event.preventDefault();
    void make({ how: "number", count: Math.min(40, Math.max(1, Number(number) || 1)) });
  };
  const sizes: readonly (readonly [string, Making, string])[] = [
    ["plan-pairs", PAIRS, t("board.plan.pairs")],
    ["plan-threes", { how: "size", count: 3 }, t("board.plan.threes")],
  ];
  return (
    <form class="planner-how" onSubmit={send} aria-label={t("board.plan.how")}>
      {sizes.map(([action, what, words]) => (
        <button
          key={action}
          type="button"
          class="button"
          data-action={action}
          aria-pressed={last.how === what.how && last.count === what.count}
          onClick={() => void make(what)}
        >
          {words}
        </button>
      ))}
      <span class="planner-number" data-on={last.how === "number"}>
        <label for={field}>{t("board.plan.number")}</label>
        <input id={field} class="input" type="number" inputMode="numeric" min={1} max={40} value={number} onInput={(event) => setNumber(event.currentTarget.value)} />
        <button type="submit" class="button" data-action="plan-number">
          {t("board.plan.numberGo")}
        </button>
      </span>
      <Again icon={Shuffle} action="plan-random" words={t("board.plan.random")} onClick={() => make(last.how === "again" ? PAIRS : last)} />
      {board.again && <Again icon={CopyCheck} action="plan-again" words={t("board.plan.again")} onClick={() => make({ how: "again", count: 1 })} />}
    </form>
  );
}

function Again({ icon, action, words, onClick }: { icon: IconNode; action: string; words: string; onClick: () => unknown }) {
  return (
    <button type="button" class="button" data-action={action} onClick={() => void onClick()}>
      <Icon of={icon} />
      {words}
    </button>
  );
}
