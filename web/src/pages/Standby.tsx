import { Laptop, LogOut, Smartphone, Unplug } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";

import { t } from "../i18n";
import type { SessionStore, Team } from "../session/model";
import { useHeadingFocus } from "../ui/hooks";
import { Icon } from "../ui/Icon";
import { Mark } from "../ui/Mark";
import { Chat } from "../ui/room/Chat";
import { teamOver } from "../ui/room/teamOver";
import { useUnread } from "../ui/room/unread";
import { useStatus } from "../ui/StatusLine";
import { ask } from "../ui/team/acting";
import { BoardList } from "../ui/team/board/Board";
import { CallsComing, CallsOnTop } from "../ui/team/Calls";
import { GroupActions } from "../ui/team/GroupActions";
import { Knocks } from "../ui/team/Knocks";
import { teamNews } from "../ui/team/news";
import { callsInOrder } from "../ui/team/order";
import { Elsewhere, PeopleList } from "../ui/team/PeopleList";
import { TeamDialogs } from "../ui/team/TeamPanel";
import { Trouble } from "../ui/team/Trouble";
import { useTeamSounds } from "../ui/team/useTeamSounds";

const LISTS = ["door", "people", "board", "chat", "group"] as const;
type List = (typeof LISTS)[number];

/** A facilitator's phone beside the laptop: no sound and no pictures, but everything that keeps the group safe. */
export function Standby({ store }: { store: SessionStore }) {
  const heading = useHeadingFocus();
  const [list, setList] = useState<List>("door");
  const [status, say, drop] = useStatus();
  const team = store.team.value;
  const people = store.people.value;
  const unread = useUnread(store, list === "chat");
  const laptop = store.silent.value?.laptop ?? false;
  // Rooms that are open have a list of their own; it goes with them.
  const opened = store.board.value !== null && store.board.value.state !== "planned";
  const lists = LISTS.filter((one) => one !== "board" || opened);
  const shown = lists.includes(list) ? list : "door";
  const calls = callsInOrder(team?.calls ?? []).open.length > 0;
  // While the laptop is there it is the laptop that knocks and rings.
  useTeamSounds(team, laptop);

  const before = useRef<Team | null>(null);
  useEffect(() => {
    const nameOf = (id: string) => people.find((person) => person.id === id)?.name;
    teamOver(before.current, team).forEach(drop);
    teamNews(before.current, team, nameOf).forEach(say);
    before.current = team;
  }, [team]);

  return (
    <main class="page standby" data-calls={calls}>
      <header class="standby-head">
        <Mark />
        <p class="status" role="status" aria-live="polite">
          {store.phase.value === "reconnecting" ? t("room.reconnecting") : status}
        </p>
      </header>
      <section class="team-card" data-kind={laptop ? "calm" : "gone"}>
        <h1 ref={heading} tabIndex={-1}>
          <Icon of={laptop ? Laptop : Unplug} />
          {t(laptop ? "team.standby.page" : "team.standby.laptopGone")}
        </h1>
        <p>{t(laptop ? "team.standby.pageLead" : "team.standby.laptopGoneText")}</p>
        {!laptop && !calls && <TakeSeat store={store} />}
      </section>
      <Trouble />
      <CallsOnTop store={store} low>
        {/* On a small phone the calls lie over the card above. */}
        {!laptop && <TakeSeat store={store} />}
      </CallsOnTop>
      <CallsComing store={store} />
      <div class="standby-list">
        {shown === "door" && <Knocks store={store} />}
        {shown === "board" && (
          <div class="board over-page">
            <BoardList store={store} />
          </div>
        )}
        {shown === "people" && (
          <>
            <PeopleList store={store} />
            <Elsewhere store={store} />
          </>
        )}
        {shown === "chat" && <Chat store={store} />}
        {shown === "group" && (
          <>
            <GroupActions store={store} standby />
            <button type="button" class="button plain" data-action="leave-standby" onClick={() => store.leave()}>
              <Icon of={LogOut} />
              {t("team.standby.leave")}
            </button>
          </>
        )}
      </div>
      <nav class="standby-tabs" aria-label={t("team.standby.tabs")}>
        {lists.map((one) => (
          <button key={one} type="button" class="tab" data-list={one} aria-current={one === shown ? "true" : undefined} onClick={() => setList(one)}>
            <Tab list={one} team={team} unread={unread} />
          </button>
        ))}
      </nav>
      <TeamDialogs store={store} standby />
    </main>
  );
}

/** The name of a list, and how many things wait in it. */
function Tab({ list, team, unread }: { list: List; team: Team | null; unread: number }) {
  const count = list === "door" ? (team?.waiting.length ?? 0) : list === "chat" ? unread : 0;
  return (
    <>
      {t(`team.standby.${list}`)}
      {count > 0 && <span class="tab-count">{count}</span>}
    </>
  );
}

/** Inside the tap the phone is allowed to sound; camera and microphone stay off until they are turned on. */
function TakeSeat({ store }: { store: SessionStore }) {
  const take = () => {
    void store.unblockAudio();
    void ask(store, { type: "take_seat" });
  };
  return (
    <button type="button" class="button primary" data-action="take-seat" onClick={take}>
      <Icon of={Smartphone} />
      {t("team.standby.take")}
    </button>
  );
}
