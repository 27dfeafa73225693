import { t } from "../../../i18n";
import type { Board, SessionStore } from "../../../session/model";
import { isDiscreet } from "../discreet";
import { breaks } from "./plan";

/** Said before a move, not against it: whom of this room somebody is to be kept apart from. */
export function warning(store: SessionStore, board: Board, who: string, room: readonly string[]): string | undefined {
  if (isDiscreet(store)) return undefined;
  const name = (id: string) => board.people.find(({ person }) => person.id === id)?.person.name ?? "";
  const broken = breaks([who, ...room], board.apart).filter((bond) => bond.includes(who));
  return broken.map(([one, other]) => t("board.breaks", { one: name(one), other: name(other) })).join(" ") || undefined;
}
