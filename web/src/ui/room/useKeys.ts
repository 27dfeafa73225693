import { useEffect, useRef } from "preact/hooks";

import { type ShortcutAction, shortcutFor, takesKeys } from "../shortcuts";

/** Single keys, and F6 from one part of the page to the next. */
export function useKeys(on: boolean, actions: Record<ShortcutAction, () => void>): void {
  const current = useRef(actions);
  current.current = actions;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key === "F6" && !event.ctrlKey && !event.altKey && !event.metaKey) {
        if (nextPane(event.shiftKey)) event.preventDefault();
        return;
      }
      const typing = takesKeys(event.target) || document.querySelector("dialog[open]") !== null;
      const action = on ? shortcutFor(event, typing) : null;
      if (!action) return;
      event.preventDefault();
      current.current[action]();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [on]);
}

/** Stage, panel, bar, round and round; what is not there is passed over. False while a dialog keeps the focus. */
function nextPane(back: boolean): boolean {
  if (document.querySelector("dialog[open]")) return false;
  const panes = [...document.querySelectorAll<HTMLElement>("[data-pane]")].filter((pane) => pane.offsetParent !== null);
  if (panes.length === 0) return false;
  const now = panes.findIndex((pane) => pane.contains(document.activeElement));
  const step = back ? -1 : 1;
  panes[(now + step + panes.length) % panes.length]!.focus();
  return true;
}

/** The heading or button that a key leads to. */
export function focusOn(selector: string): void {
  document.querySelector<HTMLElement>(selector)?.focus();
}
