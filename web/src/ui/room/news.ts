/** What changed for oneself and in one's room, in words for the status line. Cards are silent by themselves. Pure. */

import { t } from "../../i18n";
import type { Me, Person, RoomView, SourceName } from "../../session/model";
import { nameOf } from "../staff";
import type { Notice } from "../status";
import { timeOf } from "../when";
import { coveredWords, seers } from "./Covered";
import { aloneWords } from "./pairs/words";

export interface Seen {
  readonly mine: Me;
  readonly room: RoomView;
  readonly people: readonly Person[];
  readonly team: boolean;
}

/** Before all that others do. A later word about the same thing takes the place of one that was not said yet. */
const about = (key: string, text: string): Notice => ({ kind: "say", text, key, first: true });

/** Nothing at first sight, and nothing in another room: there the heading says where one is. */
export function news(before: Seen | null, after: Seen): Notice[] {
  if (!before || before.room.id !== after.room.id) return [];
  return [...ofMe(before, after), ...ofPair(before, after), ...ofRoom(before, after)];
}

/** Who is about to come, who sees this room, who speaks to all, and that one is alone. */
function ofPair({ room: was }: Seen, { room, people }: Seen): Notice[] {
  const coming = fresh(was.coming, room.coming).map((name) => about(`coming:${name}`, t("pairs.coming", { name })));
  const seen = fresh(was.watched, room.watched).map((name) => about(`seen:${name}`, t("pairs.seen", { name })));
  // Whoever comes in instead is seen to be there.
  const here = new Set([...people, ...room.coming].map(({ name }) => name));
  const unseen = fresh(room.watched, was.watched).filter((name) => !here.has(name));
  const over = unseen.map((name) => about(`seen:${name}`, t("pairs.seenOver", { name })));
  const by = room.broadcast;
  const own = people.some((person) => person.me && person.id === by?.by);
  const speaks = by && !own && by.by !== was.broadcast?.by ? [about("everyone", t("pairs.speaking", { name: by.name }))] : [];
  const alone = room.alone && !was.alone ? [about("alone", aloneWords(room.alone, people))] : [];
  return [...coming, ...seen, ...over, ...speaks, ...alone];
}

/** Names that were not there before. */
export function fresh(before: readonly { readonly name: string }[], after: readonly { readonly name: string }[]): string[] {
  const known = new Set(before.map(({ name }) => name));
  return after.map(({ name }) => name).filter((name) => !known.has(name));
}

function ofMe({ mine: was }: Seen, { mine, room, people }: Seen): Notice[] {
  const notices: Notice[] = [];
  const name = (id: string | null) => nameOf(people, id, t("aid.somebody"));
  if (mine.asked_by !== null && was.asked_by === null) notices.push(about("asked", t("mod.asked", { name: name(mine.asked_by) })));
  if (mine.covered_by !== null && was.covered_by === null) notices.push(about("covered", coveredWords(seers(mine, people) ?? [])));
  if (mine.covered_by === null && was.covered_by !== null) notices.push(about("covered", t("mod.uncovered")));
  if (mine.resting === "break" && was.resting === null && room.break_until !== null) {
    notices.push(about("break", t("break.title", { time: timeOf(room.break_until) })));
  }
  if (mine.stays && !was.stays) notices.push(about("stays", t("close.staying")));
  return [...notices, ...ofSources(was, mine)];
}

const MAY = { microphone: "mod.mayMic", camera: "mod.mayCamera", screen: "mod.mayScreen" } as const;
const MAY_NOT = { microphone: "mod.mayNotMic", camera: "mod.mayNotCamera", screen: "mod.mayNotScreen" } as const;

/** What may be started now, and what not any more. What was running meanwhile has a card that speaks. */
function ofSources(was: Me, mine: Me): Notice[] {
  return (["microphone", "camera", "screen"] as const).flatMap((source) => {
    const [could, can] = [was.may.includes(source), mine.may.includes(source)];
    if (can && !could) return [about(source, t(MAY[source]))];
    return could && !can && !stoppedNow(was, mine, source) ? [about(source, t(MAY_NOT[source]))] : [];
  });
}

function stoppedNow(was: Me, mine: Me, source: SourceName): boolean {
  if (source === "microphone") return mine.muted_by !== null && was.muted_by === null;
  return mine.stopped.includes(source) && !was.stopped.includes(source);
}

function ofRoom({ room: was }: Seen, { room, people, team }: Seen): Notice[] {
  const notices: Notice[] = [];
  if (room.paused_by !== null && was.paused_by === null) {
    const name = nameOf(people, room.paused_by, t("aid.somebody"));
    notices.push(about("paused", team ? t("mod.pausedTeam") : `${t("mod.paused", { name })} ${t("mod.pausedText")}`));
  }
  if (room.paused_by === null && was.paused_by !== null) notices.push(about("paused", t("mod.unpaused")));
  if (room.spotlight !== was.spotlight) {
    const front = people.find((person) => person.id === room.spotlight);
    if (front) notices.push(about("spotlight", front.me ? t("room.spotlight") : t("room.spotlightOf", { name: front.name })));
    else if (people.some((person) => person.me && person.id === was.spotlight)) notices.push(about("spotlight", t("room.spotlightOff")));
  }
  return notices;
}
