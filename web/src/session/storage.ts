/** The browser's storage, which may be switched off altogether (even naming it throws): then nothing is kept. */

export type Area = "localStorage" | "sessionStorage";

export function read(area: Area, key: string): string | null {
  try {
    return window[area].getItem(key);
  } catch {
    return null;
  }
}

export function write(area: Area, key: string, value: string | null): void {
  try {
    if (value === null) window[area].removeItem(key);
    else window[area].setItem(key, value);
  } catch {
    return;
  }
}

/** Our own keys that begin with `prefix`. */
export function keys(area: Area, prefix: string): string[] {
  try {
    const storage = window[area];
    const all = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "");
    return all.filter((key) => key.startsWith(prefix));
  } catch {
    return [];
  }
}

/** Nothing of ours stays in this browser. */
export function wipe(): void {
  for (const area of ["localStorage", "sessionStorage"] as const) {
    for (const key of keys(area, "kinroom.")) write(area, key, null);
  }
}
