import { DoorOpen, Eye, EyeOff, Hand, House, ShieldAlert, UserRoundPlus, UsersRound, X } from "lucide";
import { type ComponentChildren, toChildArray } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { listOfNames, t } from "../../../i18n";
import type { Board, BoardRoom, SessionStore } from "../../../session/model";
import { useSeconds } from "../../hooks";
import { Icon } from "../../Icon";
import { Countdown } from "../../room/Clock";
import { ask } from "../acting";
import { isDiscreet } from "../discreet";
import { mayDropIn, mayLook, move } from "./asking";
import { Look } from "./Look";
import { lookUntil, startLook } from "./looking";
import { breaks } from "./plan";
import { callsFrom, MAIN, peopleIn, roomName } from "./rooms";

interface Props {
  store: SessionStore;
  board: Board;
  room: BoardRoom;
  /** Its people. */
  children: ComponentChildren;
}

/** One room: its people, what is the matter there, and the ways to it. */
export function RoomCard({ store, board, room, children }: Props) {
  const me = store.me.value ?? "";
  // On a phone that stands by, it is the laptop that sees them.
  const looking = room.watched_by.includes(me) && store.place.value === "room";
  const id = `board-${room.id}`;
  const empty = toChildArray(children).length === 0;
  return (
    <li class="board-room" data-room={room.id} data-alone={room.alone !== null} aria-labelledby={id}>
      <h3 id={id}>{roomName(board.groups, room.id)}</h3>
      {empty ? <p class="small soft">{t("board.empty")}</p> : <ul class="board-people">{children}</ul>}
      {!isDiscreet(store) && <Notes store={store} board={board} room={room} />}
      <Visits store={store} board={board} room={room} />
      {looking && <Look store={store} people={peopleIn(board, room.id).map(({ person }) => person)} />}
      {!empty && <Ways store={store} board={board} room={room} looking={looking} />}
    </li>
  );
}

type PartProps = Omit<Props, "children">;

const nameIn = (board: Board, id: string): string => board.people.find(({ person }) => person.id === id)?.person.name ?? "";

/** Who calls from here, who is alone, and who should not be together. */
function Notes({ store, board, room }: PartProps) {
  const here = peopleIn(board, room.id).map(({ person }) => person.id);
  const { alone, trio } = room;
  return (
    <>
      {callsFrom(store.team.value, room.id).map((call) => (
        <p key={call.id} class="board-note" data-kind={call.kind}>
          <Icon of={call.kind === "come" ? Hand : ShieldAlert} />
          <span>{t(`team.call.${call.kind}`, { name: call.name })}</span>
        </p>
      ))}
      {breaks(here, board.apart).map(([one, other]) => (
        <p key={`${one}/${other}`} class="board-note">
          <Icon of={UsersRound} />
          <span>{t("board.breaks", { one: nameIn(board, one), other: nameIn(board, other) })}</span>
        </p>
      ))}
      {alone !== null && (
        <>
          <p class="board-note">
            <Icon of={UsersRound} />
            <span>{t("board.alone", { name: nameIn(board, alone) })}</span>
          </p>
          <div class="team-buttons">
            {trio !== null && (
              <button
                type="button"
                class="button"
                data-action="trio"
                aria-label={t("board.call.trioName", { name: nameIn(board, alone), room: roomName(board.groups, trio) })}
                onClick={() => void move(store, [[alone, trio]])}
              >
                <Icon of={UserRoundPlus} />
                {t("board.call.trio")}
              </button>
            )}
            <button type="button" class="button" data-action="back" aria-label={t("board.call.backName", { name: nameIn(board, alone) })} onClick={() => void move(store, [[alone, MAIN]])}>
              <Icon of={House} />
              {t("board.call.back")}
            </button>
          </div>
        </>
      )}
    </>
  );
}

/** Facilitators who look here or are about to come, as the people of this room know it too. */
function Visits({ store, board, room }: PartProps) {
  const me = store.me.value ?? "";
  const others = (ids: readonly string[]) => ids.filter((id) => id !== me).map((id) => nameIn(board, id));
  const watchers = others(room.watched_by);
  const coming = others(room.coming);
  return (
    <>
      {watchers.length > 0 && <p class="small soft">{t("board.lookOther", { names: listOfNames(watchers) })}</p>}
      {coming.length > 0 && <p class="small soft">{t("board.othersGo", { names: listOfNames(coming), count: coming.length })}</p>}
    </>
  );
}

/** Ways into this room. Each is said to its people before it happens. */
function Ways({ store, board, room, looking }: PartProps & { looking: boolean }) {
  const me = store.me.value ?? "";
  const going = room.coming.includes(me);
  const went = useRef(going);
  const way = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    if (went.current && !going) keepFocus(way.current);
    went.current = going;
  }, [going]);
  const name = roomName(board.groups, room.id);
  if (board.people.some((placed) => placed.person.id === me && placed.room === room.id)) return <p class="small soft">{t("board.inside")}</p>;
  if (going) return <Going store={store} name={name} />;
  return (
    <div class="team-buttons">
      {mayDropIn(store) && (
        <button
          ref={way}
          type="button"
          class="button"
          data-action="drop-in"
          aria-label={t("board.dropInName", { room: name })}
          onClick={() => void ask(store, { type: "drop_in", room: room.id })}
        >
          <Icon of={DoorOpen} />
          {t("board.dropIn")}
        </button>
      )}
      {looking ? (
        <button type="button" class="button" data-action="close-look" onClick={() => void ask(store, { type: "close_look" })}>
          <Icon of={EyeOff} />
          {t("board.lookClose")}
          {lookUntil.value !== null && <Countdown until={lookUntil.value} now={() => store.serverNow()} label={t("board.lookLeft")} />}
        </button>
      ) : (
        mayLook(store) && (
          <button type="button" class="button" data-action="see" aria-label={t("board.lookName", { room: name })} onClick={() => void startLook(store, room.id)}>
            <Icon of={Eye} />
            {t("board.look")}
          </button>
        )
      )}
    </div>
  );
}

/** The button that was tapped gave way to another: who works by keys must be able to go on from there. */
function keepFocus(button: HTMLButtonElement | null): void {
  if (document.activeElement === document.body) button?.focus({ preventScroll: true });
}

const ANNOUNCED = 3; // seconds; signaling/core/visits.py

/** The pair reads that somebody comes; until then it can be taken back. */
function Going({ store, name }: { store: SessionStore; name: string }) {
  const [since] = useState(() => store.serverNow());
  useSeconds(true);
  const cancel = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => keepFocus(cancel.current), []);
  const seconds = Math.max(0, Math.ceil(since + ANNOUNCED - store.serverNow()));
  return (
    <div class="team-buttons going">
      <p>
        {t("board.going", { room: name })} <span aria-hidden="true" class="soft">{t("board.goingIn", { seconds })}</span>
      </p>
      <button ref={cancel} type="button" class="button" data-action="cancel-drop-in" onClick={() => void ask(store, { type: "cancel_drop_in" })}>
        <Icon of={X} />
        {t("board.cancel")}
      </button>
    </div>
  );
}
