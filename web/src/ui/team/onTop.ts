import { type ComponentChildren, render } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

/**
 * Draws something over the page and keeps it there. An open modal dialog makes everything outside of it unreachable, so
 * while one is open the drawing lives inside it.
 */
export function useOnTop(children: ComponentChildren): void {
  const place = useRef<HTMLDivElement | null>(null);
  useLayoutEffect(() => {
    const host = (place.current = document.createElement("div"));
    host.className = "on-top";
    const settle = () => {
      const home = [...document.querySelectorAll<HTMLDialogElement>("dialog[open]")].at(-1) ?? document.body;
      if (host.parentNode !== home) home.append(host);
    };
    settle();
    const observer = new MutationObserver(settle);
    observer.observe(document.body, { subtree: true, childList: true, attributeFilter: ["open"] });
    return () => {
      observer.disconnect();
      render(null, host);
      host.remove();
    };
  }, []);
  useEffect(() => render(children, place.current!));
}
