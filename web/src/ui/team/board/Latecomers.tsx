import { ArrowRight, Plus } from "lucide";

import { listOfNames, t } from "../../../i18n";
import type { Board, SessionStore } from "../../../session/model";
import { Icon } from "../../Icon";
import { move } from "./asking";
import { breaks } from "./plan";
import { latecomers, newRoom, roomName } from "./rooms";

interface Props {
  store: SessionStore;
  board: Board;
  onMenu: (id: string) => void;
}

/** Who came while the rooms are open and waits for a place: one tap puts them where one is free. */
export function Latecomers({ store, board, onMenu }: Props) {
  const late = latecomers(board).map(({ person }) => person);
  if (late.length === 0) return null;
  return (
    <section class="latecomers" aria-labelledby="late-title">
      <h3 id="late-title">{t("board.late")}</h3>
      <p class="small soft">{t("board.lateNote")}</p>
      <ul>
        {late.map(({ id, name }) => {
          const room = board.suggested[id];
          return (
            <li key={id} data-late={id}>
              <span class="name">{name}</span>
              <div class="team-buttons">
                {room !== undefined && (
                  <button
                    type="button"
                    class="button primary"
                    data-action="place"
                    aria-label={t("board.placeName", { name, room: roomName(board.groups, room) })}
                    onClick={() => void move(store, [[id, room]])}
                  >
                    <Icon of={ArrowRight} />
                    {t("board.place", { room: roomName(board.groups, room) })}
                  </button>
                )}
                <button type="button" class="button" data-action="elsewhere" aria-haspopup="dialog" aria-label={t("board.elsewhereName", { name })} onClick={() => onMenu(id)}>
                  {t("board.elsewhere")}
                </button>
              </div>
            </li>
          );
        })}
      </ul>
      {late.length > 1 && breaks(late.map(({ id }) => id), board.apart).length === 0 && (
        <button type="button" class="button" data-action="place-together" onClick={() => void move(store, late.map(({ id }) => [id, newRoom(board)]))}>
          <Icon of={Plus} />
          {t("board.newPairOf", { names: listOfNames(late.map(({ name }) => name)) })}
        </button>
      )}
    </section>
  );
}
