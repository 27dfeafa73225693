/**
 * The link's token, read once: out of the address bar and the history before anything else runs, kept for this tab's
 * reloads only. A link for the standby phone is another link than the group's.
 */

import { read, write } from "./storage";

const keyOf = (path: string): string => (path === "/standby" ? "kinroom.standby" : "kinroom.token");

type Address = Pick<Location, "hash" | "pathname">;
type Past = Pick<History, "replaceState">;

/** "" when there is none: then another door than a link leads in. */
export function takeToken({ hash, pathname }: Address, history: Past): string {
  // Whoever types a code comes without a link, whatever this tab opened before.
  if (pathname === "/j") return "";
  const given = hash.slice(1);
  if (given === "") return read("sessionStorage", keyOf(pathname)) ?? "";
  history.replaceState(null, "", pathname);
  write("sessionStorage", keyOf(pathname), given);
  return given;
}

/** A code was spent for this token: from here on it is as if its link had been opened. */
export function adoptToken(token: string, history: Past): void {
  history.replaceState(null, "", "/join");
  write("sessionStorage", keyOf("/join"), token);
}
