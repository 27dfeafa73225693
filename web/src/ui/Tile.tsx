import { MicOff, RotateCw, ScreenShare } from "lucide";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { t } from "../i18n";
import { type Person, type Picture, type PictureSource, type SessionStore } from "../session/model";
import { useSeconds } from "./hooks";
import { Icon } from "./Icon";
import { type Box, visibleShare } from "./layout";
import { clock, initials, windowColour } from "./words";

export const WINDOW_COLOURS = 6;

// Covering a tile may hide this much of a picture at most; beyond it the whole picture is shown with a border.
// Faces are in the middle: the sides may go, but heads must not be cut off.
const MOST_CROPPED_SIDES = 0.68;
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

export function Video({ store, participant, source, hidden, mirrored, aspect }: VideoProps) {
  const element = useRef<HTMLVideoElement>(null);
  const [shape, setShape] = useState(0);
  useLayoutEffect(() => store.show(element.current!, participant, source), [store, participant, source]);
  const whole = source === "screen" || showsWhole(shape, aspect);
  return (
    <video
      ref={element}
      class="video"
      data-whole={whole}
      data-mirrored={mirrored}
      hidden={hidden}
      autoplay
      muted
      playsInline
      disablePictureInPicture
      aria-hidden="true"
      onResize={(event) => {
        const video = event.currentTarget;
        setShape(video.videoHeight ? video.videoWidth / video.videoHeight : 0);
      }}
    />
  );
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
  const speaking = person.speaking && source === "camera" && !away;
  return (
    <li
      class="tile"
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
      <TileNote person={person} state={state} stoppedAt={picture?.stoppedAt ?? null} />
      <NamePlate person={person} source={source} speaking={speaking} onMenu={onMenu} />
    </li>
  );
}

function TileNote({ person, state, stoppedAt }: { person: Person; state: Picture["state"]; stoppedAt: number | null }) {
  const stopped = state === "stopped" && person.present;
  const now = useSeconds(stopped);
  if (!person.present) {
    return (
      <p class="tile-note">
        <Icon of={RotateCw} />
        {t("room.away", { name: person.name })}
      </p>
    );
  }
  if (stopped) return <p class="tile-note">{t("room.stopped", { time: clock(now - (stoppedAt ?? now)) })}</p>;
  if (state === "waiting") return <p class="tile-note faint">{t("room.waiting")}</p>;
  return null;
}

function NamePlate({ person, source, speaking, onMenu }: Pick<TileProps, "person" | "source" | "onMenu"> & { speaking: boolean }) {
  const name = person.me ? t("names.you", { name: person.name }) : person.name;
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
        {person.muted && <span class="hidden-visually">, {t("room.muted")}</span>}
        {person.role === "facilitator" && <span class="role">{t("role.facilitator")}</span>}
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
