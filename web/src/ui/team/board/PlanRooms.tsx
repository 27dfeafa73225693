import { CircleAlert } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";

import { t } from "../../../i18n";
import type { Board, Placed, SessionStore } from "../../../session/model";
import { Icon } from "../../Icon";
import { isDiscreet } from "../discreet";
import { Chip } from "./Chip";
import { ChipMenu } from "./ChipMenu";
import { breaks, type Column, columnOf, moved, type Plan, unplaced, walk } from "./plan";
import { roomName } from "./rooms";

interface Props {
  store: SessionStore;
  board: Board;
  plan: Plan;
  onPlan: (plan: Plan) => void;
}

/** Names in rooms: dragged, or moved by the menu behind each name. Moving keeps the focus on the name. */
export function PlanRooms({ store, board, plan, onPlan }: Props) {
  const [menu, setMenu] = useState<string | null>(null);
  const [active, setActive] = useState<string | null>(null);
  const [said, setSaid] = useState("");
  const [dragged, setDragged] = useState<string | null>(null);
  const place = useRef<HTMLDivElement>(null);
  const kept = useRef<string | null>(null);

  const people = new Map(board.people.map((placed) => [placed.person.id, placed]));
  const rest = unplaced(plan, board.people);
  const columns: Plan = [...plan, rest.map(({ person }) => person.id)];
  const first = columns.flat()[0] ?? null;
  const stop = active !== null && columns.some((room) => room.includes(active)) ? active : first;

  const focus = (id: string) => place.current?.querySelector<HTMLElement>(`[data-chip="${CSS.escape(id)}"]`)?.focus();
  useEffect(() => {
    if (menu !== null || kept.current === null) return;
    focus(kept.current);
    kept.current = null;
  });

  const nameOfColumn = (column: Column) => (column === null ? t("board.plan.stays") : roomName(board.groups, `pair.${column + 1}`));
  const move = (who: string, to: Column) => {
    setMenu(null);
    setActive(who);
    kept.current = who;
    if (columnOf(plan, who) === to) return;
    setSaid(t("board.plan.moved", { name: people.get(who)?.person.name ?? "", room: nameOfColumn(to) }));
    onPlan(moved(plan, who, to));
  };
  const keys = (event: KeyboardEvent, id: string) => {
    const to = walk(columns, id, event.key);
    if (to === null) return;
    event.preventDefault();
    focus(to);
  };

  const chip = (placed: Placed) => (
    <Chip
      key={placed.person.id}
      placed={placed}
      bound={!isDiscreet(store) && [...board.apart, ...board.together].some((bond) => bond.includes(placed.person.id))}
      stop={placed.person.id === stop}
      onMenu={() => setMenu(placed.person.id)}
      onFocus={() => setActive(placed.person.id)}
      onKeyDown={(event) => keys(event, placed.person.id)}
      onDrag={setDragged}
    />
  );
  const drop = (to: Column) => (dragged !== null ? () => move(dragged, to) : null);
  const chosen = menu === null ? undefined : people.get(menu);
  return (
    <>
      <p class="small soft">
        {t("board.plan.hint")} <span class="planner-keys">{t("board.plan.keys")}</span>
      </p>
      <p class="hidden-visually" role="status">
        {said}
      </p>
      <div ref={place} class="plan-rooms">
        {plan.map((room, index) => (
          <Room key={index} title={nameOfColumn(index)} onDrop={drop(index)} notes={notesOn(store, board, room, people)}>
            {room.map((id) => chip(people.get(id)!))}
          </Room>
        ))}
        {dragged !== null && <Room title={nameOfColumn(plan.length)} onDrop={drop(plan.length)} notes={[t("board.plan.add")]} calm />}
        <Room title={nameOfColumn(null)} onDrop={drop(null)} notes={[t(rest.some(({ partner }) => partner) ? "board.plan.came" : "board.plan.everyone")]} calm stays>
          {rest.map(chip)}
        </Room>
      </div>
      {chosen && (
        <ChipMenu
          store={store}
          board={board}
          placed={chosen}
          here={columnOf(plan, chosen.person.id)}
          plan={plan}
          rooms={plan.map((_, index) => nameOfColumn(index))}
          onMove={(to) => move(chosen.person.id, to)}
          onClose={() => {
            kept.current = chosen.person.id;
            setMenu(null);
          }}
        />
      )}
    </>
  );
}

/** What is not as it should be in this room. The facilitator's word counts: it is only said. */
function notesOn(store: SessionStore, board: Board, room: readonly string[], people: ReadonlyMap<string, Placed>): string[] {
  const name = (id: string) => people.get(id)?.person.name ?? "";
  const apart = isDiscreet(store) ? [] : breaks(room, board.apart);
  return [
    ...(room.length === 0 ? [t("board.plan.empty")] : []),
    ...(room.length === 1 ? [t("board.plan.alone", { name: name(room[0]!) })] : []),
    ...apart.map(([one, other]) => t("board.breaks", { one: name(one), other: name(other) })),
  ];
}

interface RoomProps {
  title: string;
  notes: readonly string[];
  /** Null while nothing is dragged. */
  onDrop: (() => void) | null;
  /** Its notes are no warning. */
  calm?: boolean;
  stays?: boolean;
  children?: preact.ComponentChildren;
}

function Room({ title, notes, onDrop, calm = false, stays = false, children }: RoomProps) {
  const [over, setOver] = useState(false);
  useEffect(() => void (onDrop === null && setOver(false)), [onDrop === null]);
  const enter = (event: DragEvent) => {
    if (onDrop === null) return;
    event.preventDefault();
    setOver(true);
  };
  const leave = (event: DragEvent) => {
    if (!(event.currentTarget as Element).contains(event.relatedTarget as Node | null)) setOver(false);
  };
  return (
    <section
      class="plan-room"
      aria-label={title}
      data-over={over}
      data-stays={stays}
      onDragOver={enter}
      onDragLeave={leave}
      onDrop={(event) => {
        event.preventDefault();
        onDrop?.();
      }}
    >
      <h3>{title}</h3>
      <ul>{children}</ul>
      {notes.map((words) => (
        <p key={words} class="plan-note small" data-calm={calm}>
          {!calm && <Icon of={CircleAlert} />}
          {words}
        </p>
      ))}
    </section>
  );
}
