import { Coffee, DoorClosed, EyeOff, Hand, HandHelping, MicOff, RotateCw, type IconNode } from "lucide";

import { t } from "../../../i18n";
import type { Person, Placed, SessionStore } from "../../../session/model";
import { Icon } from "../../Icon";
import { SpeakingBars, Window } from "../../Tile";
import { isDiscreet } from "../discreet";
import { hasMenu } from "../PeopleList";
import { personOf } from "./rooms";

interface Props {
  store: SessionStore;
  placed: Placed;
  onMenu: () => void;
}

/** One person on the board. Who speaks is lit and said; nothing of it is counted or put in an order. */
export function BoardPerson({ store, placed, onMenu }: Props) {
  const person = personOf(placed, store.pulse.value, store.me.value);
  const speaking = person.speaking && person.present;
  const content = (
    <>
      <Window person={person} />
      <span class="row-words">
        <span class="name">{person.me ? t("team.you", { name: person.name }) : person.name}</span>
        {person.function && <span class="small soft">{t(`function.${person.function}`)}</span>}
        {signsOf(person, isDiscreet(store)).map(([icon, words]) => (
          <span key={words} class="small sign">
            <Icon of={icon} />
            {words}
          </span>
        ))}
      </span>
      <span class="row-now small">
        {speaking && (
          <span class="sign">
            <SpeakingBars />
            {t("board.sign.speaking")}
          </span>
        )}
        {person.present && <Line store={store} id={person.id} />}
      </span>
    </>
  );
  const attributes = { class: "row", "data-speaking": speaking };
  return (
    <li data-person={person.id}>
      {hasMenu(store, person) ? (
        <button type="button" {...attributes} aria-haspopup="dialog" onClick={onMenu}>
          {content}
        </button>
      ) : (
        <span {...attributes}>{content}</span>
      )}
    </li>
  );
}

const BARS = { good: 3, weak: 2, poor: 1 } as const;

/** Three bars for a line that carries; fewer, with a word, for one that does not. */
function Line({ store, id }: { store: SessionStore; id: string }) {
  const { weak, poor } = store.pulse.value;
  const line = poor.has(id) ? "poor" : weak.has(id) ? "weak" : "good";
  return (
    <span class="line" data-line={line}>
      {line !== "good" && t(`board.sign.${line}`)}
      <svg viewBox="0 0 16 14" aria-hidden="true">
        {[0, 1, 2].map((bar) => (
          <rect key={bar} x={bar * 6} y={8 - bar * 4} width={4} height={6 + bar * 4} rx={1} data-full={bar < BARS[line]} />
        ))}
      </svg>
    </span>
  );
}

type Sign = readonly [IconNode, string];

/** In the order of what asks for attention first. `discreet`: that somebody calls is not for other eyes. */
function signsOf(person: Person, discreet: boolean): Sign[] {
  const signs: Sign[] = [];
  if (!person.present) signs.push([RotateCw, t("team.sign.away")]);
  if (person.calling && !discreet) signs.push([HandHelping, t("team.sign.calling")]);
  if (person.hand !== null) signs.push([Hand, t("team.sign.hand", { place: person.hand })]);
  if (person.covered) signs.push([EyeOff, t("team.sign.covered")]);
  if (person.resting) signs.push([person.resting === "away" ? DoorClosed : Coffee, t(`team.sign.resting_${person.resting}`)]);
  if (person.muted) signs.push([MicOff, t("team.sign.muted")]);
  return signs;
}
