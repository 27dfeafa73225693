/** Single-key shortcuts. They can be switched off (WCAG 2.1.4). */

export type ShortcutAction = "mute" | "camera" | "share" | "self" | "previous" | "next" | "settings" | "leave";

export const SHORTCUTS: Readonly<Record<string, ShortcutAction>> = {
  m: "mute",
  v: "camera",
  s: "share",
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
