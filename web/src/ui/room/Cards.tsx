import { t } from "../../i18n";
import type { Person, SessionStore } from "../../session/model";
import { Asked } from "./Asked";
import { Check } from "./Check";
import { Closing } from "./Closing";
import { ComeCard } from "./Come";
import { Covered } from "./Covered";
import { Lost } from "./Lost";
import { PartnerCard } from "./pairs/PartnerCard";
import { PrivateHelpCard } from "./PrivateHelp";
import { Stopped } from "./Stopped";
import { WeakLine } from "./WeakLine";

interface Props {
  store: SessionStore;
  say: (text: string, key?: string) => void;
  onUnmute: () => void;
}

/** What concerns this person now, the most urgent first. */
export function Cards({ store, say, onUnmute }: Props) {
  return (
    <div class="cards">
      <Check store={store} />
      <PrivateHelpCard store={store} />
      <Asked store={store} onUnmute={onUnmute} />
      <PartnerCard store={store} say={say} />
      <Lost store={store} say={say} />
      <Closing store={store} say={say} />
      <Covered store={store} />
      <Stopped store={store} />
      <ComeCard store={store} />
      <WeakLine store={store} />
      <Guests people={store.people.value} />
    </div>
  );
}

/** Guests are named on every page, also where a phone has no place for their picture. */
function Guests({ people }: { people: readonly Person[] }) {
  const guests = people.filter((person) => person.function !== null && !person.me);
  if (guests.length === 0) return null;
  const names = guests.map((person) => {
    const role = t(`function.${person.function!}`);
    const whom = people.find(({ id }) => id === person.with);
    return whom ? t("room.guestFor", { name: person.name, function: role, whom: whom.me ? t("room.guestYou") : whom.name }) : t("room.guest", { name: person.name, function: role });
  });
  return <p class="guests small soft">{t("room.guestsHere", { names: names.join("; ") })}</p>;
}
