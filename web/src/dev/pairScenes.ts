/** Scenes of pairs, as the people in them see them. */

import type { Told } from "./scenes";

export const PAIR_SCENES = {} satisfies Record<string, (now: number) => Told>;
