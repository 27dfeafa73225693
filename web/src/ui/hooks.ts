/** Small bridges from browser events to Preact. */

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { read, write } from "../session/storage";

export interface Size {
  width: number;
  height: number;
}

/** Content size of an element in whole CSS pixels, kept current. */
export function useSize(element: RefObject<HTMLElement | null>): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const node = element.current;
    if (!node) return;
    const measure = () => {
      const next = { width: Math.floor(node.clientWidth), height: Math.floor(node.clientHeight) };
      setSize((old) => (old.width === next.width && old.height === next.height ? old : next));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(node);
    return () => observer.disconnect();
  }, [element]);
  return size;
}

export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const update = () => setMatches(list.matches);
    update();
    list.addEventListener("change", update);
    return () => list.removeEventListener("change", update);
  }, [query]);
  return matches;
}

export function usePageVisible(): boolean {
  const [visible, setVisible] = useState(() => document.visibilityState === "visible");
  useEffect(() => {
    const update = () => setVisible(document.visibilityState === "visible");
    document.addEventListener("visibilitychange", update);
    return () => document.removeEventListener("visibilitychange", update);
  }, []);
  return visible;
}

/** Puts the focus on a heading when its page or place appears, so that screen readers say where one is. */
export function useHeadingFocus(place: string | null = null): RefObject<HTMLHeadingElement> {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), [place]);
  return heading as RefObject<HTMLHeadingElement>;
}

/** When a button is gone after its tap, the focus goes to this heading, not to the start of the page. */
export function useFocusKept(heading: RefObject<HTMLElement>): void {
  const last = useRef<Element | null>(null);
  useEffect(() => {
    const focused = (event: FocusEvent) => (last.current = event.target as Element);
    document.addEventListener("focusin", focused);
    return () => document.removeEventListener("focusin", focused);
  }, []);
  useEffect(() => {
    if (!last.current || last.current.isConnected || document.activeElement !== document.body) return;
    last.current = null;
    heading.current?.focus({ preventScroll: true });
  });
}

/** `Date.now()`, renewed each second while `running`. */
export function useSeconds(running: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!running) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [running]);
  return now;
}

/** A choice of this device, kept in localStorage where that works, else as long as this page. */
export function usePreference(key: string, standard: boolean): [boolean, (value: boolean) => void] {
  const [value, setValue] = useState(() => {
    const stored = read("localStorage", key);
    return stored === null ? standard : stored === "true";
  });
  return [
    value,
    (next) => {
      setValue(next);
      write("localStorage", key, String(next));
    },
  ];
}
