/** Who is shown as a live picture now, and who as a name tile. Pure. */

export interface Arrangeable {
  id: string;
  me: boolean;
}

export interface Arrangement<P extends Arrangeable> {
  /** Live pictures of this page. */
  live: P[];
  /** Everybody else, as name tiles, always in the same order so that nobody jumps about. */
  names: P[];
  page: number;
  pages: number;
}

export interface Limits {
  phone: boolean;
  /** Pictures in front that take most of the space: shared screens, or the one in the spotlight. */
  staged: number;
  /** What this device can decode, shared screens included; Infinity while it keeps up. */
  pictures: number;
}

/** The most live pictures of people at once. */
export function liveLimit({ phone, staged, pictures }: Limits): number {
  const fitting = phone ? (staged ? 2 : 4) : staged ? 10 : 25;
  return Math.max(1, Math.min(fitting, pictures - staged));
}

/**
 * Splits people into this page's live pictures and name tiles. When not all fit, one's own picture gives its place to
 * another person and stays small among the names; a hidden self-view is in neither. `kept` is live on every page.
 */
export function arrange<P extends Arrangeable>(
  people: readonly P[],
  limit: number,
  page: number,
  selfHidden: boolean,
  kept: string | null = null,
): Arrangement<P> {
  const shown = selfHidden ? people.filter((person) => !person.me) : [...people];
  if (shown.length <= limit) return { live: shown, names: [], page: 0, pages: 1 };

  const [always, turned, perPage] = parted(shown, limit, kept);
  const pages = perPage === 0 ? 1 : Math.max(1, Math.ceil(turned.length / perPage));
  const current = Math.min(Math.max(0, page), pages - 1);
  const live = [...always, ...turned.slice(current * perPage, (current + 1) * perPage)];
  const names = shown.filter((person) => !live.includes(person));
  return { live, names, page: current, pages };
}

/** The others: who is on every page, who takes turns, and how many of these a page holds. */
function parted<P extends Arrangeable>(people: readonly P[], limit: number, kept: string | null): [P[], P[], number] {
  const others = people.filter((person) => !person.me);
  const always = others.filter(({ id }) => id === kept);
  return [always, others.filter(({ id }) => id !== kept), limit - always.length];
}

/** The page on which this person is live. */
export function pageOf(people: readonly Arrangeable[], limit: number, id: string, kept: string | null = null): number {
  const [, turned, perPage] = parted(people, limit, kept);
  return Math.max(0, Math.floor(turned.findIndex((person) => person.id === id) / Math.max(1, perPage)));
}
