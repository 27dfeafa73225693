import { useEffect, useRef, useState } from "preact/hooks";

import { t } from "../../../i18n";
import type { Board as BoardTold, Placed, SessionStore } from "../../../session/model";
import { Dialog } from "../../Dialog";
import { PersonMenu } from "../PersonMenu";
import { Trouble } from "../Trouble";
import { isBoardHere } from "./asking";
import { BoardHead } from "./BoardHead";
import { stopSpeaking } from "./broadcast";
import { BoardPerson } from "./BoardPerson";
import { Latecomers } from "./Latecomers";
import { RoomCard } from "./RoomCard";
import { apartFromAll, MAIN, peopleIn, personOf, roomName, roomsInOrder } from "./rooms";

export { isBoardHere };

/** In place of the group's pictures: these are not asked for as long as it stands there. */
export function Board({ store, say }: { store: SessionStore; say?: (text: string, key?: string) => void }) {
  useEffect(() => store.setView([]), [store]);
  const board = opened(store);
  if (!board) return null;
  return (
    <section class="stage board" aria-labelledby="board-title" data-pane="stage" tabIndex={-1}>
      <Trouble />
      <Parts store={store} board={board} say={say} />
    </section>
  );
}

/** Over the page, where the board has no place in it; on a standby phone as one of its lists. */
export function BoardList({ store }: { store: SessionStore }) {
  const board = opened(store);
  return board && <Parts store={store} board={board} />;
}

export function BoardDialog({ store, onClose }: { store: SessionStore; onClose: () => void }) {
  const board = opened(store);
  // The answer to the tap that opened the rooms may be here before the rooms are.
  const seen = useRef(false);
  seen.current ||= board !== null;
  const over = seen.current && board === null;
  const room = store.roomView.value?.id;
  const from = useRef(room);
  // Whoever dropped in wants to see the pair, not the board.
  useEffect(() => void ((over || room !== from.current) && onClose()), [over, room]);
  // Without its "Stop" before one's eyes no voice goes to everyone.
  useEffect(() => () => stopSpeaking(store), [store]);
  if (!board) return null;
  return (
    <Dialog title={titleOf(board)} onClose={onClose}>
      <div class="board over-page">
        <Trouble />
        <Parts store={store} board={board} untitled />
      </div>
    </Dialog>
  );
}

function opened(store: SessionStore): BoardTold | null {
  const board = store.board.value;
  return board?.state === "planned" ? null : board;
}

const titleOf = (board: BoardTold): string => t(board.groups === "pairs" ? "board.pairs" : "board.rooms");

interface PartsProps {
  store: SessionStore;
  board: BoardTold;
  untitled?: boolean;
  /** The page's status line; a dialog, which makes that one mute, has its own. */
  say?: ((text: string, key?: string) => void) | undefined;
}

/** What the facilitator is about to do, or does, elsewhere than in the own room. Pure. */
function doing(store: SessionStore, board: BoardTold): string {
  const me = store.me.value ?? "";
  const coming = board.rooms.find((room) => room.coming.includes(me));
  if (coming) return t("board.going", { room: roomName(board.groups, coming.id) });
  if (store.roomView.value?.broadcast?.by === me) return t("board.speaking");
  return board.rooms.some(({ watched_by }) => watched_by.includes(me)) && store.place.value === "room" ? t("board.lookYou") : "";
}

/** Every room at once: who is in it, who speaks, who needs somebody, and what a facilitator can do there. */
function Parts({ store, board, untitled = false, say }: PartsProps) {
  const [menu, setMenu] = useState<string | null>(null);
  const pulse = store.pulse.value;
  const me = store.me.value;
  const chosen = board.people.find(({ person }) => person.id === menu);
  const rows = (people: readonly Placed[]) =>
    people.map((placed) => <BoardPerson key={placed.person.id} store={store} placed={placed} onMenu={() => setMenu(placed.person.id)} />);
  const privately = apartFromAll(board);
  const now = doing(store, board);
  useEffect(() => void (now && say?.(now, "board")), [now]);
  return (
    <>
      {!say && (
        <p class="hidden-visually" role="status">
          {now}
        </p>
      )}
      <BoardHead store={store} board={board} title={titleOf(board)} untitled={untitled} />
      <Latecomers store={store} board={board} onMenu={setMenu} />
      <ul class="board-rooms">
        {roomsInOrder(board).map((room) => (
          <RoomCard key={room.id} store={store} board={board} room={room}>
            {rows(peopleIn(board, room.id))}
          </RoomCard>
        ))}
        <Place title={t("board.main")} people={peopleIn(board, MAIN)} rows={rows} />
        {privately.length > 0 && <Place title={t("board.privately")} people={privately} rows={rows} />}
      </ul>
      {chosen && <PersonMenu store={store} person={personOf(chosen, pulse, me)} onClose={() => setMenu(null)} />}
    </>
  );
}

interface PlaceProps {
  title: string;
  people: readonly Placed[];
  rows: (people: readonly Placed[]) => preact.ComponentChildren;
}

/** A place that is none of the opened rooms. */
function Place({ title, people, rows }: PlaceProps) {
  return (
    <li class="board-room" data-calm="true">
      <h3>{title}</h3>
      {people.length ? <ul class="board-people">{rows(people)}</ul> : <p class="small soft">{t("board.empty")}</p>}
    </li>
  );
}
