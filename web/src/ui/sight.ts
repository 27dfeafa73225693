/** Which tiles somebody can see: what is scrolled away or lies behind a dialog need not be sent. */

import { signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** What is open over the page now. */
export const dialogs = signal<readonly HTMLElement[]>([]);

/** Longer than a look into a dialog that is closed at once: a picture that comes back begins with a key frame. */
const HIDDEN_AFTER = 1500;

interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Nothing of the tile looks out. */
export const isBehind = (tile: Rect, cover: Rect): boolean =>
  tile.left >= cover.left && tile.top >= cover.top && tile.right <= cover.right && tile.bottom <= cover.bottom;

const NONE: ReadonlySet<string> = new Set();
const changed = (before: ReadonlySet<string>, now: ReadonlySet<string>): ReadonlySet<string> =>
  before.size === now.size && [...before].every((key) => now.has(key)) ? before : now;
const keyOf = (tile: Element): string => (tile as HTMLElement).dataset["key"] ?? "";

/** Keys of the tiles in `list` (`data-key`) that nobody can see. `arranged` changes whenever tiles come, go or move. */
export function useHidden(list: RefObject<HTMLElement | null>, arranged: unknown): ReadonlySet<string> {
  const [hidden, setHidden] = useState(NONE);
  const scrolledAway = useRef(new Set<string>());
  const covers = dialogs.value;
  useEffect(() => {
    const tiles = [...(list.current?.querySelectorAll("[data-key]") ?? [])];
    const unseen = (): Set<string> => {
      const rects = covers.map((cover) => cover.getBoundingClientRect());
      const behind = (tile: Element) => rects.some((rect) => isBehind(tile.getBoundingClientRect(), rect));
      return new Set(tiles.filter((tile) => scrolledAway.current.has(keyOf(tile)) || behind(tile)).map(keyOf));
    };
    let later: ReturnType<typeof setTimeout> | undefined;
    // What is back in sight counts at once, what went out of it after a moment.
    const look = () => {
      const now = unseen();
      setHidden((before) => changed(before, new Set([...before].filter((key) => now.has(key)))));
      clearTimeout(later);
      later = setTimeout(() => setHidden((before) => changed(before, unseen())), HIDDEN_AFTER);
    };
    const scrolling = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) scrolledAway.current.delete(keyOf(target));
        else scrolledAway.current.add(keyOf(target));
      }
      look();
    });
    const resizing = new ResizeObserver(look);
    tiles.forEach((tile) => scrolling.observe(tile));
    covers.forEach((cover) => resizing.observe(cover));
    look();
    return () => {
      clearTimeout(later);
      scrolling.disconnect();
      resizing.disconnect();
    };
  }, [list, arranged, covers]);
  return hidden;
}
