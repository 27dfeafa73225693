/** Single-key shortcuts. They can be switched off (WCAG 2.1.4). */

export type ShortcutAction =
  | "mute"
  | "camera"
  | "share"
  | "hand"
  | "away"
  | "help"
  | "chat"
  | "knocks"
  | "calls"
  | "self"
  | "previous"
  | "next"
  | "settings"
  | "leave";

/** Nothing here removes, ends or lets anybody in: those want a button that says so. */
export const SHORTCUTS: Readonly<Record<string, ShortcutAction>> = {
  m: "mute",
  v: "camera",
  s: "share",
  r: "hand",
  a: "away",
  p: "help",
  t: "chat",
  k: "knocks",
  c: "calls",
  h: "self",
  "[": "previous",
  "]": "next",
  ",": "settings",
  l: "leave",
};

export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
  repeat: boolean;
}

/** Only for whom they lead somewhere. */
export function shortcutsFor(team: boolean): [string, ShortcutAction][] {
  const others: readonly ShortcutAction[] = team ? ["help", "hand"] : ["knocks", "calls"];
  return Object.entries(SHORTCUTS).filter(([, action]) => !others.includes(action));
}

/** What a key press means, or null. `typing`: the focus is where letters have a meaning of their own. */
export function shortcutFor(press: KeyPress, typing: boolean): ShortcutAction | null {
  if (typing || press.ctrlKey || press.altKey || press.metaKey || press.repeat) return null;
  const key = press.key.toLowerCase();
  return Object.hasOwn(SHORTCUTS, key) ? SHORTCUTS[key]! : null;
}

/** True where a letter key belongs to the element: fields, lists (type to find), sliders, open dialogs. */
export function takesKeys(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  return target.closest("input, select, textarea, [contenteditable], dialog") !== null;
}
