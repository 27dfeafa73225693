import { useEffect, useMemo } from "preact/hooks";

import { t } from "../../i18n";
import type { Person, SessionStore } from "../../session/model";
import { arrange, liveLimit, pageOf } from "../arrange";
import { Floor, type Staged } from "../Floor";
import { Names } from "../Names";
import { Break } from "./Break";
import { Paused } from "./Paused";
import { areRoomsOpen } from "./pairs/open";
import { useOne } from "./useOne";

/** What stands in place of the group's pictures, if anything. */
export type Calm = "paused" | "break" | null;

export function calmOf(store: SessionStore): Calm {
  if (store.mine.value?.resting === "break") return "break";
  return store.roomView.value?.paused_by && store.team.value === null ? "paused" : null;
}

/** Shared screens in front; without any, the person in the spotlight. Nobody's own picture is put in front of them. */
export function stagedOf(people: readonly Person[], spotlight: string | null): Staged[] {
  const others = people.filter((person) => !person.me);
  const screens = others.filter((person) => person.sources.includes("screen"));
  if (screens.length) return screens.map((person) => ({ person, source: "screen" }));
  return others.filter((person) => person.id === spotlight).map((person) => ({ person, source: "camera" }));
}

interface Props {
  store: SessionStore;
  phone: boolean;
  calm: Calm;
  selfHidden: boolean;
  page: number;
  onPage: (page: number) => void;
  onMenu: (person: Person) => void;
  say: (text: string) => void;
  /** Holds what the keys for the pages do. */
  turning: { current: (pages: 1 | -1) => void };
}

/** The pictures with their names, or a calm card. */
export function Stage({ store, phone, calm, selfHidden, page, onPage, onMenu, say, turning }: Props) {
  const all = store.people.value;
  const spotlight = store.roomView.value?.spotlight ?? null;
  // Paused: the facilitators are seen and heard, nobody else is.
  const people = useMemo(() => (calm === "paused" ? all.filter(({ role, present }) => role === "facilitator" && present) : all), [all, calm]);
  const staged = useMemo(() => stagedOf(people, spotlight), [people, spotlight]);
  const rest = useMemo(() => people.filter((person) => !staged.some((one) => one.person === person && one.source === "camera")), [people, staged]);
  const low = store.thrift.value === "low";
  const limit = liveLimit({ phone, staged: staged.length, pictures: low ? 1 : store.pictureLimit.value });
  const [one, choose] = useOne(store, rest);
  const needed = store.needed.value;
  const kept = needed !== null && rest.some(({ id }) => id === needed) ? needed : low ? one : null;
  const arrangement = useMemo(() => arrange(rest, limit, page, selfHidden, kept), [rest, limit, page, selfHidden, kept]);
  const turn = (pages: 1 | -1) => {
    const next = Math.min(arrangement.pages - 1, Math.max(0, arrangement.page + pages));
    if (next === arrangement.page) return;
    onPage(next);
    const names = arrange(rest, limit, next, selfHidden, kept).live.map((one) => one.name);
    say(t("status.page", { names: names.join(", ") }));
  };
  turning.current = turn;
  const show = ({ id }: Person) => (low ? choose(id) : onPage(pageOf(rest, limit, id, kept)));
  const shown = calm !== "break" && (calm === null || people.length > 0);
  useEffect(() => {
    if (!shown) store.setView([]);
  }, [shown]);
  return (
    <>
      <div class="stage" data-calm={calm ?? "none"} data-pane="stage" tabIndex={-1} role="group" aria-label={t("room.stage")}>
        {calm === "break" && <Break store={store} say={say} />}
        {calm === "paused" && <Paused store={store} />}
        {shown && (
          <div class="floor-place">
            <Floor store={store} live={arrangement.live} staged={staged} onMenu={onMenu} onTurn={turn} />
          </div>
        )}
        {calm === null && all.length <= 1 && store.roomView.value?.kind !== "pair" && !areRoomsOpen(store) && <p class="alone">{t("room.alone")}</p>}
      </div>
      {shown && calm === null && <Names store={store} arrangement={arrangement} onTurn={turn} onShow={show} />}
    </>
  );
}
