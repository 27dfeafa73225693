import { CirclePause, Coffee, DoorClosed, EyeOff, Hand, HandHelping, MicOff, Pin, RotateCw, ScreenShare, VolumeX, type IconNode } from "lucide";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { t } from "../i18n";
import { type Person, type Picture, type PictureSource, pictureKey, type SessionStore } from "../session/model";
import { useSeconds } from "./hooks";
import { Icon } from "./Icon";
import { type Box, visibleShare } from "./layout";
import { coveredWords, seers } from "./room/Covered";
import { clock, initials, windowColour } from "./words";

export const WINDOW_COLOURS = 6;

// Covering a tile may hide this much of a picture at most; beyond it the whole picture is shown with a border.
// Faces are in the middle: the sides may go, but heads must not be cut off.
const MOST_CROPPED_SIDES = 0.71;
const MOST_CROPPED_TOPS = 0.45;

function showsWhole(shape: number, aspect: number): boolean {
  const most = shape > aspect ? MOST_CROPPED_SIDES : MOST_CROPPED_TOPS;
  return shape > 0 && visibleShare(shape, aspect) < 1 - most;
}

/** A doorway with initials: somebody without a picture. It lights when they speak. */
export function Window({ person }: { person: Person }) {
  return (
    <span class="window" data-colour={windowColour(person.id, WINDOW_COLOURS)} aria-hidden="true">
      {initials(person.name)}
    </span>
  );
}

/** Who speaks, as a shape; the colour comes on top. */
export function SpeakingBars() {
  return (
    <span class="bars" aria-hidden="true">
      <span />
      <span />
      <span />
    </span>
  );
}

interface VideoProps {
  store: SessionStore;
  participant: string;
  source: PictureSource;
  hidden: boolean;
  mirrored: boolean;
  /** Shape of the place it fills. */
  aspect: number;
}

/** The place of a picture: whose it is decides what is put into it. */
export function Video({ store, participant, source, hidden, mirrored, aspect }: VideoProps) {
  const place = useRef<HTMLDivElement>(null);
  const [shape, setShape] = useState(0);
  useLayoutEffect(() => store.show(place.current!, participant, source, setShape), [store, participant, source]);
  const whole = source === "screen" || showsWhole(shape, aspect);
  return <div ref={place} class="video" data-whole={whole} data-mirrored={mirrored} hidden={hidden} aria-hidden="true" />;
}

interface TileProps {
  store: SessionStore;
  person: Person;
  picture: Picture | undefined;
  source: PictureSource;
  box: Box;
  onMenu: ((person: Person) => void) | null;
}

/** One person's picture or one shared screen, at its place in the room. */
export function Tile({ store, person, picture, source, box, onMenu }: TileProps) {
  const state = picture?.state ?? "off";
  const pictured = state === "live" || state === "stopped";
  const away = !person.present;
  const speaking = person.speaking && source === "camera" && !away && person.resting === null;
  return (
    <li
      class="tile"
      data-key={pictureKey(person.id, source)}
      data-source={source}
      data-participant={person.id}
      data-state={away ? "away" : state}
      data-speaking={speaking}
      data-small={box.width < 200 || box.height < 130}
      style={{ width: `${box.width}px`, height: `${box.height}px`, transform: `translate(${box.x}px, ${box.y}px)` }}
    >
      {picture && (
        <Video
          store={store}
          participant={person.id}
          source={source}
          hidden={!pictured}
          mirrored={person.me && source === "camera" && store.facing.value !== "environment"}
          aspect={box.width / Math.max(1, box.height)}
        />
      )}
      {!pictured && source === "camera" && <Window person={person} />}
      <NamePlate person={person} source={source} speaking={speaking} onMenu={onMenu} />
      {source === "camera" && <Marks person={person} needed={store.needed.value === person.id} />}
      <TileNote store={store} person={person} source={source} state={state} stoppedAt={picture?.stoppedAt ?? null} />
    </li>
  );
}

interface NoteProps extends Pick<TileProps, "store" | "person" | "source"> {
  state: Picture["state"];
  stoppedAt: number | null;
}

/** Why this picture is as it is. One reason at most: the one that explains the others. */
function TileNote({ store, person, source, state, stoppedAt }: NoteProps) {
  const stopped = state === "stopped" && person.present;
  const now = useSeconds(stopped);
  const own = note(store, person, source) ?? thriftNote(store, person, source, state);
  if (own) {
    // Over a face or initials, not across them.
    const high = (person.covered && person.present) || state === "squeezed" || (person.me && store.ownPaused.value);
    return (
      <p class="tile-note" data-at={high ? "top" : "middle"}>
        <Icon of={own[0]} />
        {own[1]}
      </p>
    );
  }
  if (stopped) return <p class="tile-note">{t("room.stopped", { time: clock(now - (stoppedAt ?? now)) })}</p>;
  if (state === "waiting") return <p class="tile-note faint">{t("room.waiting")}</p>;
  return null;
}

function note(store: SessionStore, person: Person, source: PictureSource): [IconNode, string] | null {
  if (!person.present) return [RotateCw, t("room.away", { name: person.name })];
  if (source === "screen") return null;
  if (person.resting === "away") return [DoorClosed, t("away.short")];
  if (person.resting === "arriving") return [RotateCw, t("pairs.arrivingShort")];
  if (person.resting === "break") return [Coffee, t("away.onBreak")];
  if (!person.covered) return null;
  // On one's own tile, who sees it; to facilitators, that others do not. Others are told nothing but a name.
  const who = person.me ? seers(store.mine.value, store.people.value) : null;
  if (who) return [EyeOff, coveredWords(who)];
  return store.team.value === null ? null : [EyeOff, t("mod.coveredOther")];
}

/** What this viewer's line has no room for, or what they do not want of it: others may well see it, but for one's own. */
function thriftNote(store: SessionStore, person: Person, source: PictureSource, state: Picture["state"]): [IconNode, string] | null {
  if (person.me && source === "camera" && store.ownPaused.value) return [CirclePause, t("thrift.ownPausedTile")];
  const sound = store.soundSqueezed.value.has(pictureKey(person.id, source));
  if (state === "squeezed") return [CirclePause, t(sound ? "thrift.bothSqueezed" : "thrift.squeezed")];
  if (sound) return [VolumeX, t("thrift.soundSqueezed")];
  return source === "screen" && state === "off" && store.thrift.value !== "all" ? [CirclePause, t("thrift.screenOff")] : null;
}

/** Up in the corner: "I need this one", a raised hand with its place in the queue, and a call that all see. */
function Marks({ person, needed }: { person: Person; needed: boolean }) {
  if (person.hand === null && !person.calling && !needed) return null;
  return (
    <p class="marks">
      {needed && (
        <span class="mark-chip" data-mark="needed" title={t("needed.mark")}>
          <Icon of={Pin} />
          <span class="hidden-visually">{t("needed.mark")}</span>
        </span>
      )}
      {person.calling && (
        <span class="mark-chip" data-mark="calling">
          <Icon of={HandHelping} />
          <span class="hidden-visually">{t("room.calling")}</span>
        </span>
      )}
      {person.hand !== null && <HandMark place={person.hand} />}
    </p>
  );
}

export function HandMark({ place }: { place: number }) {
  return (
    <span class="mark-chip" data-mark="hand">
      <Icon of={Hand} />
      <span aria-hidden="true">{place}</span>
      <span class="hidden-visually">{t("hand.place", { place })}</span>
    </span>
  );
}

/** What stands beside a name: "Facilitator", or a guest's function, which nobody may miss. */
export function roleOf(person: Person): string | null {
  if (person.function) return t(`function.${person.function}`);
  return person.role === "facilitator" ? t("role.facilitator") : null;
}

function NamePlate({ person, source, speaking, onMenu }: Pick<TileProps, "person" | "source" | "onMenu"> & { speaking: boolean }) {
  const name = person.me ? t("names.you", { name: person.name }) : person.name;
  const role = roleOf(person);
  const content =
    source === "screen" ? (
      <>
        <Icon of={ScreenShare} />
        <span class="name">{t("room.screenOf", { name })}</span>
      </>
    ) : (
      <>
        {speaking && <SpeakingBars />}
        {person.muted && <Icon of={MicOff} />}
        <span class="name">{name}</span>
        {person.muted && <span class="hidden-visually">{t("room.muted")}</span>}
        {role && (
          <span class="role" data-guest={person.function !== null}>
            {role}
          </span>
        )}
      </>
    );
  if (!onMenu || person.me) {
    return (
      <div class="plate-place">
        <span class="plate">{content}</span>
      </div>
    );
  }
  return (
    <button type="button" class="plate-place" aria-haspopup="dialog" onClick={() => onMenu(person)}>
      <span class="plate">{content}</span>
    </button>
  );
}
