import { useEffect, useMemo, useRef } from "preact/hooks";

import { t } from "../i18n";
import { type Person, type PictureKey, type SessionStore, type WantedPicture, pictureKey } from "../session/model";
import { type Size, usePageVisible, useSize } from "./hooks";
import { type Box, areas, tileBoxes } from "./layout";
import { useHidden } from "./sight";
import { Tile } from "./Tile";

export const GAP = 8;
// A window being dragged or a phone being turned settles within this; each view message may change what is sent.
const VIEW_AFTER = 150;
// Further left or right than this is a swipe, shorter is a tap with a trembling hand.
const SWIPE_AT = 48;

interface Placed {
  person: Person;
  source: "camera" | "screen";
  box: Box;
}

/** A picture in front: a shared screen, or the person in the spotlight. */
export interface Staged {
  person: Person;
  source: "camera" | "screen";
}

function place(live: readonly Person[], staged: readonly Staged[], { width, height }: Size): Placed[] {
  const { stage, people } = areas(width, height, GAP, staged.length > 0, live.length > 0);
  const moved = (box: Box, by: Box) => ({ ...box, x: box.x + by.x, y: box.y + by.y });
  const onStage = stage ? tileBoxes(staged.length, stage.width, stage.height, GAP) : [];
  const boxes = tileBoxes(live.length, people.width, people.height, GAP);
  return [
    ...onStage.map((box, i): Placed => ({ ...staged[i]!, box: moved(box, stage!) })),
    ...boxes.map((box, i): Placed => ({ person: live[i]!, source: "camera", box: moved(box, people) })),
  ];
}

function wanted(placed: readonly Placed[], staged: readonly Staged[], hidden: ReadonlySet<string>): WantedPicture[] {
  const scale = devicePixelRatio || 1;
  const front = new Set(staged.map(keyOf));
  return placed
    .filter((one) => !one.person.me && !hidden.has(keyOf(one)))
    .map((one) => ({
      participant: one.person.id,
      source: one.source,
      width: Math.round(one.box.width * scale),
      height: Math.round(one.box.height * scale),
      front: front.has(keyOf(one)),
    }));
}

const keyOf = ({ person, source }: Staged): PictureKey => pictureKey(person.id, source);

interface Props {
  store: SessionStore;
  live: readonly Person[];
  staged: readonly Staged[];
  onMenu: (person: Person) => void;
  onTurn: (pages: 1 | -1) => void;
}

/** The live pictures. It tells the store which of them can be seen, and how large. */
export function Floor({ store, live, staged, onMenu, onTurn }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const size = useSize(element);
  const visible = usePageVisible();
  const placed = useMemo(() => place(live, staged, size), [live, staged, size]);
  const hidden = useHidden(element, placed);
  const view = JSON.stringify(visible ? wanted(placed, staged, hidden) : []);

  useEffect(() => {
    if (size.width === 0) return;
    const timer = setTimeout(() => store.setView(JSON.parse(view) as WantedPicture[]), VIEW_AFTER);
    return () => clearTimeout(timer);
  }, [store, view, size.width === 0]);

  const pictures = store.pictures.value;
  return (
    <div ref={element} class="floor" {...useSwipe(onTurn)}>
      <ul aria-label={t("room.people")}>
        {placed.map(({ person, source, box }) => (
          <Tile
            key={`${person.id}/${source}`}
            store={store}
            person={person}
            picture={pictures.get(pictureKey(person.id, source))}
            source={source}
            box={box}
            onMenu={onMenu}
          />
        ))}
      </ul>
    </div>
  );
}

function useSwipe(onTurn: (pages: 1 | -1) => void) {
  const start = useRef<{ x: number; y: number } | null>(null);
  return {
    onTouchStart: (event: TouchEvent) => {
      const touch = event.touches[0];
      // Who has zoomed in moves the page with one finger.
      const zoomed = (visualViewport?.scale ?? 1) > 1.05;
      start.current = event.touches.length === 1 && touch && !zoomed ? { x: touch.clientX, y: touch.clientY } : null;
    },
    onTouchEnd: (event: TouchEvent) => {
      const touch = event.changedTouches[0];
      if (!start.current || !touch) return;
      const [dx, dy] = [touch.clientX - start.current.x, touch.clientY - start.current.y];
      start.current = null;
      if (Math.abs(dx) > SWIPE_AT && Math.abs(dx) > 1.5 * Math.abs(dy)) onTurn(dx < 0 ? 1 : -1);
    },
  };
}
