import { Clock3, Megaphone, MessageCircle, Square, Undo2 } from "lucide";
import { useState } from "preact/hooks";

import { t } from "../../../i18n";
import type { Board, SessionStore } from "../../../session/model";
import { Icon } from "../../Icon";
import { Countdown } from "../../room/Clock";
import { ask } from "../acting";
import { speakToAll } from "./broadcast";
import { MessageDialog } from "./MessageDialog";
import { RecallDialog } from "./RecallDialog";

interface Props {
  store: SessionStore;
  board: Board;
  title: string;
  /** The title is said elsewhere already. */
  untitled: boolean;
}

const MORE = 5; // minutes

/** What concerns all rooms: the time, the way back, and a word to everyone. */
export function BoardHead({ store, board, title, untitled }: Props) {
  const [over, setOver] = useState<"recall" | "message" | null>(null);
  const close = () => setOver(null);
  return (
    <header class="board-head">
      <h2 id={untitled ? undefined : "board-title"} class={untitled ? "hidden-visually" : undefined} tabIndex={-1} data-focus="board">
        {title}
        <span class="count">{board.rooms.length}</span>
      </h2>
      <p class="board-time">
        <Icon of={Clock3} />
        <span>{t(board.state === "recalling" ? "board.state.recalling" : board.until === null ? "board.state.noEnd" : "board.left")}</span>
        {board.until !== null && <Countdown until={board.until} now={() => store.serverNow()} label={t("board.left")} />}
        <button
          type="button"
          class="button"
          data-action="extend"
          aria-label={board.until === null ? undefined : t("board.extendName")}
          onClick={() => void ask(store, { type: "extend_rooms", minutes: MORE })}
        >
          {t(board.until === null ? "board.extendFrom" : "board.extend")}
        </button>
      </p>
      <div class="team-buttons">
        <button type="button" class="button primary" data-action="recall" aria-haspopup="dialog" onClick={() => setOver("recall")}>
          <Icon of={Undo2} />
          {t("board.recall")}
        </button>
        <button type="button" class="button" data-action="message-all" aria-haspopup="dialog" onClick={() => setOver("message")}>
          <Icon of={MessageCircle} />
          {t("board.message")}
        </button>
        <SpeakButton store={store} />
      </div>
      {over === "recall" && <RecallDialog store={store} onClose={close} />}
      {over === "message" && <MessageDialog store={store} onClose={close} />}
    </header>
  );
}

/** The own voice to everybody, for as long as it says so. From the main room, by the device that has a microphone. */
function SpeakButton({ store }: { store: SessionStore }) {
  const room = store.roomView.value;
  if (store.place.value !== "room" || room?.kind !== "main") return null;
  const by = room.broadcast?.by ?? null;
  if (by !== null && by !== store.me.value) return <p class="board-speaks">{t("board.othersSpeak", { name: room.broadcast!.name })}</p>;
  const on = by !== null;
  return (
    <>
      {on && (
        <p class="board-speaks">
          <Icon of={Megaphone} />
          {t("board.speaking")}
        </p>
      )}
      <button
        type="button"
        class="button"
        data-action="broadcast"
        data-on={on}
        onClick={() => void (on ? ask(store, { type: "broadcast", on: false }) : speakToAll(store))}
      >
        <Icon of={on ? Square : Megaphone} />
        {t(on ? "board.speakStop" : "board.speak")}
      </button>
    </>
  );
}
