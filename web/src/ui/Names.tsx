import { ChevronLeft, ChevronRight, Coffee, DoorClosed, HandHelping, MicOff, RotateCw, VolumeX } from "lucide";
import { useEffect, useRef } from "preact/hooks";

import { t } from "../i18n";
import { type Person, type SessionStore, pictureKey } from "../session/model";
import type { Arrangement } from "./arrange";
import { Icon } from "./Icon";
import { HandMark, SpeakingBars, Video, Window } from "./Tile";

interface Props {
  store: SessionStore;
  arrangement: Arrangement<Person>;
  onTurn: (pages: 1 | -1) => void;
  onShow: (person: Person) => void;
}

// After a finger moved the row, it stays where it was put for this long, whoever speaks.
const REST_AFTER_TOUCH = 5000;

/** Everybody who is not live now, as name tiles that light when they speak, and the way to the other pages. */
export function Names({ store, arrangement, onTurn, onShow }: Props) {
  const { names, page, pages } = arrangement;
  const row = useRef<HTMLUListElement>(null);
  const touched = useRef(-Infinity);
  const speaker = names.find((person) => person.speaking)?.id;

  useEffect(() => {
    if (!speaker || Date.now() - touched.current < REST_AFTER_TOUCH) return;
    scrollTo(row.current, speaker);
  }, [speaker]);

  if (names.length === 0) return null;
  return (
    <div class="names">
      {pages > 1 && (
        <button type="button" class="round" aria-label={t("room.previous")} disabled={page === 0} onClick={() => onTurn(-1)}>
          <Icon of={ChevronLeft} />
        </button>
      )}
      <ul ref={row} aria-label={t("room.more")} onTouchMove={() => (touched.current = Date.now())}>
        {names.map((person) => (
          <li key={person.id}>
            <NameTile store={store} person={person} onShow={onShow} />
          </li>
        ))}
      </ul>
      {pages > 1 && (
        <>
          <span class="page-number small soft">{t("room.page", { page: page + 1, pages })}</span>
          <button type="button" class="round" aria-label={t("room.next")} disabled={page === pages - 1} onClick={() => onTurn(1)}>
            <Icon of={ChevronRight} />
          </button>
        </>
      )}
    </div>
  );
}

function scrollTo(row: HTMLElement | null, id: string): void {
  const tile = row?.querySelector<HTMLElement>(`[data-participant="${CSS.escape(id)}"]`);
  if (!row || !tile) return;
  const before = tile.offsetLeft - row.offsetLeft;
  const after = before + tile.offsetWidth;
  if (before < row.scrollLeft || after > row.scrollLeft + row.clientWidth) {
    const smooth = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    row.scrollTo({ left: before - (row.clientWidth - tile.offsetWidth) / 2, behavior: smooth ? "smooth" : "instant" });
  }
}

function NameTile({ store, person, onShow }: { store: SessionStore; person: Person; onShow: (person: Person) => void }) {
  const speaking = person.speaking && person.present;
  const content = (
    <>
      {speaking ? <SpeakingBars /> : <Sign store={store} person={person} />}
      <span class="name">{person.me ? t("names.you", { name: person.name }) : person.name}</span>
      {person.muted && <span class="hidden-visually">{t("room.muted")}</span>}
      {person.function && <span class="name-function">{t(`function.${person.function}`)}</span>}
      {isSilenced(store, person) && <span class="hidden-visually">{t("thrift.soundSqueezed")}</span>}
      {!person.present && <span class="hidden-visually">{t("room.awayShort")}</span>}
      {person.resting && <span class="hidden-visually">{t(RESTING[person.resting][1])}</span>}
      {person.calling && (
        <>
          <Icon of={HandHelping} />
          <span class="hidden-visually">{t("room.calling")}</span>
        </>
      )}
      {person.hand !== null && <HandMark place={person.hand} />}
    </>
  );
  const attributes = { class: "name-tile", "data-speaking": speaking, "data-participant": person.id, "data-away": !person.present || person.resting !== null };
  if (person.me) return <span {...attributes}>{content}</span>;
  return (
    <button type="button" {...attributes} title={t("room.showPerson", { name: person.name })} onClick={() => onShow(person)}>
      {content}
    </button>
  );
}

const RESTING = {
  away: [DoorClosed, "away.short"],
  break: [Coffee, "away.onBreak"],
  arriving: [RotateCw, "pairs.arrivingShort"],
} as const;

/** This viewer's line has no room for their voice. */
const isSilenced = (store: SessionStore, { id }: Person): boolean => store.soundSqueezed.value.has(pictureKey(id, "camera"));

/** What stands before a name: own small picture, away, muted, or the person's window. */
function Sign({ store, person }: { store: SessionStore; person: Person }) {
  if (person.me && store.pictures.value.get(pictureKey(person.id, "camera"))?.state === "live") {
    const mirrored = store.facing.value !== "environment";
    return <Video store={store} participant={person.id} source="camera" hidden={false} mirrored={mirrored} aspect={1} />;
  }
  if (!person.present) return <Icon of={RotateCw} />;
  if (person.resting) return <Icon of={RESTING[person.resting][0]} />;
  if (person.muted) return <Icon of={MicOff} />;
  if (isSilenced(store, person)) return <Icon of={VolumeX} />;
  return <Window person={person} />;
}
