import { useRef, useState } from "preact/hooks";

import type { Board, SessionStore } from "../../../session/model";
import { ask } from "../acting";
import { current, type Plan } from "./plan";

interface Planning {
  readonly plan: Plan;
  readonly edit: (plan: Plan) => void;
}

/**
 * The plan as this page makes it. Each change is told at once; until the last of them is answered the page shows its
 * own word, so that two quick moves do not undo each other.
 */
export function usePlan(store: SessionStore, board: Board): Planning {
  const [draft, setDraft] = useState<Plan | null>(null);
  const asked = useRef(0);
  const edit = async (plan: Plan) => {
    const rooms = current(plan, board.people);
    setDraft(rooms);
    const mine = ++asked.current;
    await ask(store, { type: "edit_plan", rooms });
    if (mine === asked.current) setDraft(null);
  };
  return { plan: current(draft ?? board.plan, board.people), edit: (plan) => void edit(plan) };
}
