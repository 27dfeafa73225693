import { Laptop, LogOut, Smartphone, Unplug } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";

import { t } from "../i18n";
import type { SessionStore, Team } from "../session/model";
import { useHeadingFocus } from "../ui/hooks";
import { Icon } from "../ui/Icon";
import { Mark } from "../ui/Mark";
import { useStatus } from "../ui/StatusLine";
import { ask } from "../ui/team/acting";
import { CallsComing, CallsOnTop } from "../ui/team/Calls";
import { GroupActions } from "../ui/team/GroupActions";
import { Knocks } from "../ui/team/Knocks";
import { teamNews } from "../ui/team/news";
import { Elsewhere, PeopleList } from "../ui/team/PeopleList";
import { TeamDialogs } from "../ui/team/TeamPanel";
import { Trouble } from "../ui/team/Trouble";
import { useTeamSounds } from "../ui/team/useTeamSounds";

const LISTS = ["door", "people", "group"] as const;
type List = (typeof LISTS)[number];

/** A facilitator's phone beside the laptop: no sound and no pictures, but everything that keeps the group safe. */
export function Standby({ store }: { store: SessionStore }) {
  const heading = useHeadingFocus();
  const [list, setList] = useState<List>("door");
  const [status, say] = useStatus();
  const team = store.team.value;
  const people = store.people.value;
  const laptop = store.silent.value?.laptop ?? false;
  // While the laptop is there it is the laptop that knocks and rings.
  useTeamSounds(team, laptop);

  const before = useRef<Team | null>(null);
  useEffect(() => {
    const nameOf = (id: string) => people.find((person) => person.id === id)?.name;
    for (const text of teamNews(before.current, team, nameOf)) say({ kind: "say", text });
    before.current = team;
  }, [team]);

  return (
    <main class="page standby">
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
        {!laptop && <TakeSeat store={store} />}
      </section>
      <Trouble />
      <CallsOnTop store={store} />
      <CallsComing store={store} />
      <div class="standby-list">
        {list === "door" && <Knocks store={store} />}
        {list === "people" && (
          <>
            <PeopleList store={store} />
            <Elsewhere store={store} />
          </>
        )}
        {list === "group" && (
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
        {LISTS.map((one) => (
          <button key={one} type="button" class="tab" data-list={one} aria-current={one === list ? "true" : undefined} onClick={() => setList(one)}>
            {tabWords(one, team)}
          </button>
        ))}
      </nav>
      <TeamDialogs store={store} standby />
    </main>
  );
}

function tabWords(list: List, team: Team | null): string {
  if (list === "people") return t("team.people");
  if (list === "group") return t("team.group");
  const waiting = team?.waiting.length ?? 0;
  return waiting ? `${t("team.knocks")} (${waiting})` : t("team.knocks");
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
