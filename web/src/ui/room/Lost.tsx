import { LifeBuoy, RotateCw } from "lucide";
import { useEffect, useRef } from "preact/hooks";

import { t } from "../../i18n";
import type { SessionStore } from "../../session/model";
import { facilitator, facilitatorElsewhere } from "../staff";
import { shout } from "../urgent";
import { Card } from "./Card";
import { Phones } from "./Phones";

/** The facilitator's line is down, or all facilitators are talking with somebody else. */
export function Lost({ store, say }: { store: SessionStore; say: (text: string, key?: string) => void }) {
  const room = store.roomView.value;
  const people = store.people.value;
  const numbers = store.numbers.value;
  const notice = room?.notice ?? null;
  const team = store.team.value !== null;
  const elsewhere = !team && notice === null && facilitatorElsewhere(people, room);
  const name = facilitator(people, room) || t("aid.somebody");
  // Whoever left on purpose is not reconnecting.
  const dropped = people.some((person) => person.role === "facilitator");
  const told = dropped ? t("lost.told", { name }) : t("lost.none");
  const before = useRef(notice);
  useEffect(() => {
    if (notice === "told" && before.current === null) say(told, "lost");
    if ((notice === "locked" || notice === "open_to_team") && numbers) say(t("lost.locked", { ...numbers }), "lost");
    // Another one took over: whoever was left alone should know at once.
    const here = people.find((person) => person.role === "facilitator" && person.present);
    if (notice === null && before.current !== null && here) shout(t("lost.took", { name: here.name }));
    before.current = notice;
  }, [notice]);
  if (team) return null;
  // Whoever has called for help reads the numbers in that card already.
  const mine = store.mine.value;
  if (room?.staff === "none" && (mine?.private || mine?.come)) return null;
  if (notice === "told") return <Card icon={dropped ? RotateCw : LifeBuoy} title={told} name="lost" />;
  if (notice !== null && numbers) {
    return (
      <Card icon={LifeBuoy} title={t("lost.locked", { ...numbers })} name="lost">
        <Phones numbers={numbers} />
      </Card>
    );
  }
  if (elsewhere) return <Card icon={LifeBuoy} title={t("room.facilitatorBack", { name })} name="elsewhere" />;
  return null;
}
