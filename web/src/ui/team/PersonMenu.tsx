import { ArrowRight, CalendarX, CircleQuestionMark, Eye, EyeOff, Hand, LogOut, Maximize, MessagesSquare, Mic, MicOff, Pencil, ScreenShareOff, UserRoundX, VideoOff } from "lucide";
import { useState } from "preact/hooks";

import { t } from "../../i18n";
import type { Person, Request, SessionStore, SourceName } from "../../session/model";
import { Dialog } from "../Dialog";
import { Needed } from "../Needed";
import { Switch } from "../Switch";
import { ask, askThen } from "./acting";
import { MoveMenu } from "./board/MoveMenu";
import { isPair, LATE, MAIN } from "./board/rooms";
import { Choice } from "./Choice";
import { Follows } from "./Follows";
import { KeepOut } from "./KeepOut";
import { mayUse } from "./order";
import { Rename } from "./Rename";
import { StepOut } from "./StepOut";
import { Trouble } from "./Trouble";
import { Volume } from "./Volume";

interface Props {
  store: SessionStore;
  person: Person;
  onClose: () => void;
}

type Page = "menu" | "stepOut" | "rename" | "keepOut" | "move";

/** Everything that a facilitator can do for, or about, one person. What is needed in a hurry comes first. */
export function PersonMenu({ store, person, onClose }: Props) {
  const [page, setPage] = useState<Page>("menu");
  const back = () => setPage("menu");
  const { name } = person;
  if (page === "stepOut") return <StepOut store={store} person={person} onBack={back} onClose={onClose} />;
  if (page === "rename") return <Rename store={store} id={person.id} name={name} onBack={back} onClose={onClose} />;
  if (page === "move") return <MoveMenu store={store} id={person.id} name={name} onClose={onClose} />;
  if (page === "keepOut") return <KeepOut store={store} id={person.id} name={name} onBack={back} onClose={onClose} />;
  const colleague = person.role === "facilitator";
  return (
    <Dialog key="menu" title={name} onClose={onClose}>
      <Trouble />
      {!colleague && <Essentials store={store} person={person} onPage={setPage} onClose={onClose} />}
      {!colleague && person.function === "interpreter" && <Follows store={store} person={person} />}
      {store.place.value === "room" && isHere(store, person) && (
        <>
          <Volume store={store} person={person} />
          <Needed store={store} person={person} />
        </>
      )}
      {!colleague && <More store={store} person={person} onPage={setPage} onClose={onClose} />}
    </Dialog>
  );
}

/** In the room of this page. */
const isHere = (store: SessionStore, { id }: Person): boolean => store.people.value.some((one) => one.id === id);

/** From the main room and from pairs; who talks privately goes back first. */
const mayTalk = (store: SessionStore): boolean => store.roomView.value !== null && store.roomView.value.kind !== "private";

/** While rooms are open, from each of them and from where latecomers wait; not out of a private talk. */
function mayMove(store: SessionStore, { id }: Person): boolean {
  const board = store.board.value;
  const room = board?.people.find(({ person }) => person.id === id)?.room;
  return board !== null && board.state !== "planned" && room !== undefined && (room === MAIN || room === LATE || isPair(room));
}

interface PartProps extends Props {
  onPage: (page: Page) => void;
}

function Essentials({ store, person, onPage, onClose }: PartProps) {
  const { id, name } = person;
  const team = store.team.value;
  const asked = team?.checks.includes(id) ?? false;
  const act = (request: Request) => askThen(store, request, onClose);
  return (
    <div class="choices">
      {mayMove(store, person) && <Choice icon={ArrowRight} action="move" words={t("board.move.open")} onClick={() => onPage("move")} />}
      {mayTalk(store) && (
        <Choice icon={MessagesSquare} action="talk" words={t("team.talk")} onClick={() => act({ type: "talk_privately", participant: id })} />
      )}
      <Choice
        icon={CircleQuestionMark}
        action="check"
        words={t("team.member.ok")}
        note={asked ? t("team.member.asked") : undefined}
        disabled={asked}
        onClick={() => act({ type: "check_on", participant: id })}
      />
      <Choice
        icon={person.covered ? Eye : EyeOff}
        action="cover"
        words={t(person.covered ? "team.member.uncover" : "team.member.cover")}
        note={person.covered ? undefined : t("team.member.coverNote", { name })}
        onClick={() => act({ type: person.covered ? "uncover" : "cover", participant: id })}
      />
      {person.muted ? (
        <Choice icon={Mic} action="ask-unmute" words={t("team.member.askUnmute")} onClick={() => act({ type: "ask_to_unmute", participant: id })} />
      ) : (
        <Choice icon={MicOff} action="mute-person" words={t("team.member.mute")} onClick={() => act({ type: "mute_other", participant: id })} />
      )}
      {person.hand !== null && (
        <Choice icon={Hand} action="lower-hand" words={t("team.member.lowerHand")} onClick={() => act({ type: "lower_other", participant: id })} />
      )}
      {person.sources.includes("camera") && (
        <Choice icon={VideoOff} action="stop-video" words={t("team.member.stopVideo")} onClick={() => act({ type: "stop_source", participant: id, source: "camera" })} />
      )}
      {person.sources.includes("screen") && (
        <Choice icon={ScreenShareOff} action="stop-share" words={t("team.member.stopShare")} onClick={() => act({ type: "stop_source", participant: id, source: "screen" })} />
      )}
      {mayTalk(store) && (
        <Choice icon={LogOut} action="step-out" words={t("team.member.stepOut")} onClick={() => onPage("stepOut")} />
      )}
    </div>
  );
}

function More({ store, person, onPage, onClose }: PartProps) {
  const { id, name } = person;
  const room = store.roomView.value;
  const large = room?.spotlight === id;
  const act = (request: Request) => askThen(store, request, onClose);
  return (
    <details class="choices-fold">
      <summary data-action="person-more">{t("team.member.more", { name })}</summary>
      <div class="choices-fold-body">
        <Rights store={store} person={person} />
        <div class="choices">
          {room && isHere(store, person) && (
            <Choice
              icon={Maximize}
              action="spotlight"
              words={t(large ? "team.member.spotlightOff" : "team.member.spotlight")}
              onClick={() => act({ type: "spotlight", room: room.id, participant: large ? null : id })}
            />
          )}
          <Choice icon={Pencil} action="rename" words={t("team.member.rename")} onClick={() => onPage("rename")} />
          <Choice
            icon={UserRoundX}
            action="remove"
            words={t("team.member.remove")}
            note={t("team.member.removeNote", { name })}
            onClick={() => act({ type: "remove", participant: id })}
          />
          <Choice icon={CalendarX} action="keep-out" words={t("team.member.keepOut")} onClick={() => onPage("keepOut")} />
        </div>
      </div>
    </details>
  );
}

const KINDS = [
  ["microphone", "team.member.mayMicrophone"],
  ["camera", "team.member.mayCamera"],
  ["screen", "team.member.mayScreen"],
] as const;

/** A lock of this one person; it goes with them into every room. Allowing opens nothing: they do that themself. */
function Rights({ store, person }: Omit<Props, "onClose">) {
  const team = store.team.value;
  if (!team) return null;
  const set = (source: SourceName, on: boolean) => void ask(store, { type: on ? "allow" : "forbid", participant: person.id, source });
  return (
    <fieldset class="rights">
      <legend class="small soft">{t("team.member.may", { name: person.name })}</legend>
      {KINDS.map(([source, words]) => (
        <Switch key={source} label={t(words)} on={mayUse(team, person.id, source)} onChange={(on) => set(source, on)} />
      ))}
    </fieldset>
  );
}
