/** What the board and its planner ask for. */

import type { Request } from "../session/model";
import type { FakeStore } from "./fake";

export const BOARD_ACTS: Partial<Record<Request["type"], (store: FakeStore, request: Request) => void>> = {};
