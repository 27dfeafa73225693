import { useEffect, useId, useRef, useState } from "preact/hooks";
import { CircleCheck, CircleQuestionMark, Coffee, EyeOff, Hand, MicOff, RotateCw, VideoOff, type IconNode } from "lucide";

import { listOfNames, t } from "../../i18n";
import type { Person, SessionStore, Team } from "../../session/model";
import { Icon } from "../Icon";
import { Window } from "../Tile";
import { open } from "./acting";
import { forOtherEyes, isDiscreet } from "./discreet";
import { answeredOk, otherRooms } from "./order";

const NOBODY: ReadonlySet<string> = new Set();

/** Milliseconds that "says they're OK" stands beside a name: nothing more to do, but good to have read. */
const OK_SHOWN_FOR = 30_000;

/** Everybody in this room with what facilitators should notice; a tap on a name is the way to everything else. */
export function PeopleList({ store }: { store: SessionStore }) {
  const discreet = isDiscreet(store);
  const team = store.team.value && (discreet ? forOtherEyes(store.team.value) : store.team.value);
  const said = useSaidOk(store.team.value);
  const paused = store.roomView.value?.paused_by != null;
  if (!team) return null;
  const ok = discreet ? NOBODY : said;
  return (
    <section class="team-part" aria-labelledby="here-title">
      <h2 id="here-title">
        {t("team.here")}
        <span class="count">{store.people.value.length}</span>
      </h2>
      <ul class="team-people">
        {store.people.value.map((person) => (
          <li key={person.id} data-participant={person.id}>
            <Row person={person} signs={signsOf(person, team, ok, paused)} menu={hasMenu(store, person)} />
          </li>
        ))}
      </ul>
      {team.desk.length > 0 && <p class="small soft">{t("team.desk", { names: listOfNames(team.desk) })}</p>}
    </section>
  );
}

/** Of a colleague I can change how loud I hear them, and nothing else. */
export function hasMenu(store: SessionStore, person: Person): boolean {
  if (person.me || person.role !== "facilitator") return !person.me;
  return store.place.value === "room" && store.people.value.some(({ id }) => id === person.id);
}

function Row({ person, signs, menu }: { person: Person; signs: Sign[]; menu: boolean }) {
  const content = (
    <>
      <Window person={person} />
      <span class="row-words">
        <span class="name">{person.me ? t("team.you", { name: person.name }) : person.name}</span>
        {person.function && <span class="small soft">{t(`function.${person.function}`)}</span>}
        {signs.map(([icon, words]) => (
          <span key={words} class="small sign">
            <Icon of={icon} />
            {words}
          </span>
        ))}
      </span>
    </>
  );
  if (!menu) return <span class="row">{content}</span>;
  return (
    <button type="button" class="row" aria-haspopup="dialog" onClick={() => (open.value = { what: "person", id: person.id })}>
      {content}
    </button>
  );
}

type Sign = readonly [IconNode, string];

/** In the order of what asks for attention first. */
function signsOf(person: Person, team: Team, ok: ReadonlySet<string>, paused: boolean): Sign[] {
  const signs: Sign[] = [];
  if (!person.present) signs.push([RotateCw, t("team.sign.away")]);
  if (person.calling) signs.push([Hand, t("team.sign.calling")]);
  if (person.hand !== null) signs.push([Hand, t("team.sign.hand", { place: person.hand })]);
  if (team.checks.includes(person.id)) signs.push([CircleQuestionMark, t("team.sign.checking")]);
  if (ok.has(person.id)) signs.push([CircleCheck, t("team.sign.ok")]);
  if (team.stays.includes(person.id)) signs.push([CircleCheck, t("team.sign.stays")]);
  if (person.covered) signs.push([EyeOff, t("team.sign.covered")]);
  if (person.resting) signs.push([Coffee, t(`team.sign.resting_${person.resting}`)]);
  if (person.muted) signs.push([MicOff, t("team.sign.muted")]);
  // In a pause all pictures are held back: that says nothing about anybody's camera.
  if (person.present && !person.resting && !paused && !person.sources.includes("camera")) signs.push([VideoOff, t("team.sign.no_camera")]);
  return signs;
}

function useSaidOk(team: Team | null): ReadonlySet<string> {
  const before = useRef<Team | null>(null);
  const timers = useRef(new Set<ReturnType<typeof setTimeout>>());
  const [said, setSaid] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const answered = before.current && team ? answeredOk(before.current, team) : [];
    before.current = team;
    if (answered.length === 0) return;
    setSaid((ids) => new Set([...ids, ...answered]));
    const over = setTimeout(() => setSaid((ids) => new Set([...ids].filter((id) => !answered.includes(id)))), OK_SHOWN_FOR);
    timers.current.add(over);
  }, [team]);
  useEffect(() => () => timers.current.forEach(clearTimeout), []);
  return said;
}

/** Who is in another room now. That anybody talks privately is known to facilitators alone. */
export function Elsewhere({ store }: { store: SessionStore }) {
  const rooms = otherRooms(store.team.value?.elsewhere ?? []);
  return (
    <>
      {rooms.filter(({ main }) => main).map(({ room, people }) => (
        <Room key={room} title={t("team.inTheGroup")} count={people.length} lines={[people]} />
      ))}
      {rooms.some(({ main }) => !main) && (
        <Room title={t("team.elsewhere")} lines={rooms.filter(({ main }) => !main).map(({ people }) => people)} />
      )}
    </>
  );
}

type Line = readonly { readonly name: string; readonly present: boolean }[];

function Room({ title, count, lines }: { title: string; count?: number; lines: readonly Line[] }) {
  const id = useId();
  return (
    <section class="team-part" aria-labelledby={id}>
      <h2 id={id}>
        {title}
        {count !== undefined && <span class="count">{count}</span>}
      </h2>
      <ul class="elsewhere">
        {lines.map((people, index) => (
          <li key={index}>{people.map((one) => (one.present ? one.name : `${one.name} (${t("team.sign.away")})`)).join(", ")}</li>
        ))}
      </ul>
    </section>
  );
}
