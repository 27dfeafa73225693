/** What the board and the planner ask for, where it takes more than one request, and what comes of a refusal. */

import { signal } from "@preact/signals";

import { t } from "../../../i18n";
import type { Board, SessionStore } from "../../../session/model";
import { ask, open, trouble, wordsFor } from "../acting";
import { making, PAIRS } from "./PlanFields";
import { leftAlone, type Lonely, type Move, MAIN, newRoom } from "./rooms";

/** A move that waits, because it would leave somebody alone. */
export interface Waiting {
  readonly moves: readonly Move[];
  readonly lonely: readonly Lonely[];
}

export const waiting = signal<Waiting | null>(null);

/** Moves of one request happen together. True: done, or the facilitator is asked first; the menu that asked may close. */
export async function move(store: SessionStore, moves: readonly Move[], anyway = false): Promise<boolean> {
  const board = store.board.peek();
  const answer = await store.act({ type: "move_people", moves: moves.map(([who, to]) => [who, to]), anyway });
  trouble.value = answer.ok || answer.code === "alone" ? null : wordsFor(answer.code);
  if (!answer.ok && answer.code === "alone") waiting.value = { moves, lonely: board ? leftAlone(board, moves) : [] };
  return answer.ok || answer.code === "alone";
}

/** The tap on "Pairs": first a plan, else what is there of it. `beside`: the board stands in the page. */
export async function openPairs(store: SessionStore, beside: boolean): Promise<void> {
  const board = store.board.peek();
  if (board && board.state !== "planned") return showBoard(beside);
  if (!board) {
    if (!(await ask(store, { type: "plan_rooms", ...PAIRS }, { not_now: t("board.nobodyYet") }))) return;
    making.value = PAIRS;
  }
  open.value = { what: "plan" };
}

// Milliseconds until the page shows what an answer of the server changed.
const FOCUS_AFTER = 50;

export function showBoard(beside: boolean): void {
  open.value = beside ? null : { what: "board" };
  if (beside) setTimeout(() => document.querySelector<HTMLElement>("[data-focus=board]")?.focus(), FOCUS_AFTER);
}

/** The board stands in place of the group's pictures, where there is room for it. */
export function isBoardHere(store: SessionStore): boolean {
  const board = store.board.value;
  return board !== null && board.state !== "planned" && store.roomView.value?.kind === "main";
}

/** Rooms that somebody may be moved to from where they are; their own is not among them. */
export function targets(board: Board, from: string): string[] {
  const rooms = [...board.rooms.map(({ id }) => id), newRoom(board), MAIN];
  return rooms.filter((room) => room !== from);
}

/** From a pair, and from the main room; who talks privately goes back first. */
export const mayDropIn = (store: SessionStore): boolean => store.roomView.value?.kind !== "private";

/** Pictures are for a page that has some, and from the main room alone. */
export const mayLook = (store: SessionStore): boolean => store.place.value === "room" && store.roomView.value?.kind === "main";
