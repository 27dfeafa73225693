import { useEffect } from "preact/hooks";

import { t } from "../../../i18n";
import { type Placed, pictureKey, type SessionStore, type WantedPicture } from "../../../session/model";
import { usePageVisible, useSeconds } from "../../hooks";
import { Video, Window } from "../../Tile";
import { clock } from "../../words";

type Seen = Placed["person"];

// CSS pixels of one small tile; styles/board.css
const [WIDTH, HEIGHT] = [144, 108];

/** The cameras of one room, small and without sound. Its people read that they are seen, and by whom. */
export function Look({ store, people }: { store: SessionStore; people: readonly Seen[] }) {
  const visible = usePageVisible();
  const others = people.filter(({ id }) => id !== store.me.value);
  const wanted = JSON.stringify(visible ? others.map(({ id }) => tileOf(id)) : []);
  useEffect(() => store.setView(JSON.parse(wanted) as WantedPicture[], "look"), [store, wanted]);
  // Nobody is told that they are seen where no pictures stand any more.
  useEffect(
    () => () => {
      store.setView([], "look");
      if (isLooking(store)) void store.act({ type: "close_look" });
    },
    [store],
  );
  return (
    <>
      <p class="small soft">{t("board.lookYou")}</p>
      <ul class="look">
        {others.map((person) => (
          <LookTile key={person.id} store={store} person={person} />
        ))}
      </ul>
    </>
  );
}

const isLooking = (store: SessionStore): boolean => store.board.peek()?.rooms.some(({ watched_by }) => watched_by.includes(store.me.peek() ?? "")) ?? false;

const tileOf = (participant: string): WantedPicture => {
  const scale = devicePixelRatio || 1;
  return { participant, source: "camera", width: Math.round(WIDTH * scale), height: Math.round(HEIGHT * scale) };
};

function LookTile({ store, person }: { store: SessionStore; person: Seen }) {
  const picture = store.pictures.value.get(pictureKey(person.id, "camera"));
  const state = picture?.state ?? "off";
  const pictured = state === "live" || state === "stopped";
  const stopped = state === "stopped" && picture?.stoppedAt != null;
  const now = useSeconds(stopped);
  return (
    <li class="look-tile" data-state={state}>
      {picture && <Video store={store} participant={person.id} source="camera" hidden={!pictured} mirrored={false} aspect={WIDTH / HEIGHT} />}
      {!pictured && <Window person={{ ...person, me: false, speaking: false }} />}
      <span class="look-name small">{person.name}</span>
      {stopped && <span class="look-stopped small">{t("room.stopped", { time: clock(now - picture.stoppedAt!) })}</span>}
    </li>
  );
}
