/** Scenes of the board and its planner. */

import type { Told } from "./scenes";

export const BOARD_SCENES = {} satisfies Record<string, (now: number) => Told>;
