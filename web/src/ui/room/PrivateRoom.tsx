import { Undo2 } from "lucide";
import { useEffect, useRef } from "preact/hooks";

import { t } from "../../i18n";
import type { Person, RoomView, SessionStore } from "../../session/model";
import { Icon } from "../Icon";
import { shout } from "../urgent";

/** The room's heading: "You and Ana" where nobody else is. */
export function roomTitle(room: RoomView | null, people: readonly Person[]): string {
  const others = people.filter((person) => !person.me).map((person) => person.name);
  const last = others.pop();
  if (room?.kind !== "private" || last === undefined) return t("room.title");
  return others.length ? t("private.titleMore", { names: others.join(", "), last }) : t("private.title", { name: last });
}

/** A room of two inside the group, and the way back. */
export function PrivateRoom({ store }: { store: SessionStore }) {
  const room = store.roomView.value;
  const before = useRef<RoomView["kind"] | null>(null);
  useEffect(() => {
    const was = before.current;
    before.current = room?.kind ?? null;
    if (!room || was === room.kind) return;
    if (room.kind === "private") shout(t("private.lead"));
    else if (was === "private") shout(t(store.team.peek() === null ? "private.returned" : "private.returnedTeam"));
  }, [room?.id]);
  if (room?.kind !== "private") return null;
  return (
    <div class="banner" data-kind="private">
      <span>{t("private.lead")}</span>
      <button type="button" class="button primary" data-action="end-private" onClick={() => void store.act({ type: "end_private", room: room.id })}>
        <Icon of={Undo2} />
        {t("private.back")}
      </button>
    </div>
  );
}
