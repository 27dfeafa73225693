import { Coffee, DoorClosed, DoorOpen, Hand, MicOff, Pause, Play, Power, Smartphone, UsersRound, type IconNode } from "lucide";

import { t } from "../../i18n";
import type { SessionStore, SourceName } from "../../session/model";
import { Icon } from "../Icon";
import { Switch } from "../Switch";
import { timeOf } from "../when";
import { ask, open } from "./acting";
import { openPairs } from "./board/asking";

interface Props {
  store: SessionStore;
  /** On a standby phone: it has no cards above the room, and no standby of its own. */
  standby?: boolean;
  /** The title is said elsewhere already. */
  untitled?: boolean;
  /** The board stands in the page when rooms are open. */
  beside?: boolean;
}

/** What concerns everybody at once: quiet, pause, break, door and end. */
export function GroupActions({ store, standby = false, untitled = false, beside = false }: Props) {
  const room = store.roomView.value;
  const team = store.team.value;
  if (!room || !team) return null;
  const paused = room.paused_by !== null;
  const onBreak = room.break_until !== null;
  const hands = store.people.value.some((person) => person.hand !== null);
  const inMain = room.kind === "main";
  return (
    <section class="team-part group-actions" aria-labelledby="group-title">
      <h2 id="group-title" class={untitled ? "hidden-visually" : undefined}>
        {t("team.groupTitle")}
      </h2>
      {standby && room.closes_at !== null && <Closing store={store} at={room.closes_at} />}
      {onBreak && <p class="small">{t("team.breakNow", { time: timeOf(room.break_until!) })}</p>}
      {paused && <p class="small">{t("team.pausedNow")}</p>}
      <div class="team-grid">
        <Act icon={UsersRound} action="pairs" words={t("board.pairs")} dialog onClick={() => openPairs(store, beside && inMain)} />
        {inMain && <Act icon={MicOff} action="mute-all" words={t("team.muteAll")} onClick={() => ask(store, { type: "mute_all", room: room.id })} />}
        <Act
          icon={paused ? Play : Pause}
          action="pause"
          words={t(paused ? "team.resume" : "team.pause")}
          note={paused ? undefined : t("team.pauseNote")}
          onClick={() => ask(store, { type: paused ? "resume_group" : "pause_group" })}
        />
        {onBreak ? (
          <Act icon={Coffee} action="break" words={t("team.endBreak")} onClick={() => ask(store, { type: "end_break" })} />
        ) : (
          <Act icon={Coffee} action="break" words={t("team.break")} dialog onClick={() => (open.value = { what: "break" })} />
        )}
        <Act
          icon={team.locked ? DoorOpen : DoorClosed}
          action="lock"
          words={t(team.locked ? "team.unlock" : "team.lock")}
          note={team.locked ? undefined : t("team.lockNote")}
          onClick={() => ask(store, { type: "lock_door", on: !team.locked })}
        />
        {hands && <Act icon={Hand} action="lower-hands" words={t("team.lowerHands")} onClick={() => ask(store, { type: "lower_hands", room: room.id })} />}
        {!standby && (
          <Act
            icon={Smartphone}
            action="standby"
            words={t(store.mine.value?.standby ? "team.phoneReady" : "team.phone")}
            dialog
            onClick={() => (open.value = { what: "standby" })}
          />
        )}
        <Act icon={Power} action="close-group" words={t("team.closeGroup")} dialog onClick={() => (open.value = { what: "close" })} />
      </div>
      {inMain && <RoomRights store={store} room={room.id} locked={room.locked} />}
    </section>
  );
}

interface ActProps {
  icon: IconNode;
  action: string;
  words: string;
  note?: string | undefined;
  dialog?: boolean;
  onClick: () => unknown;
}

function Act({ icon, action, words, note, dialog, onClick }: ActProps) {
  return (
    <button type="button" class="act" data-action={action} title={note} aria-haspopup={dialog ? "dialog" : undefined} onClick={() => void onClick()}>
      <Icon of={icon} />
      {words}
    </button>
  );
}

function Closing({ store, at }: { store: SessionStore; at: number }) {
  return (
    <div class="closing-now">
      <p>{t("team.closingNow", { time: timeOf(at) })}</p>
      <button type="button" class="button" data-action="keep-open" onClick={() => void ask(store, { type: "cancel_close" })}>
        {t("team.keepOpen")}
      </button>
    </div>
  );
}

/** What everybody in the room may start by themself. A lock for one person stands beside it, in the person's menu. */
function RoomRights({ store, room, locked }: { store: SessionStore; room: string; locked: readonly SourceName[] }) {
  const allow = (source: SourceName, on: boolean) => void ask(store, { type: on ? "allow_all" : "forbid_all", room, source });
  return (
    <div class="rights">
      <Switch label={t("team.mayUnmute")} on={!locked.includes("microphone")} onChange={(on) => allow("microphone", on)} />
      <Switch label={t("team.mayCamera")} on={!locked.includes("camera")} onChange={(on) => allow("camera", on)} />
    </div>
  );
}
