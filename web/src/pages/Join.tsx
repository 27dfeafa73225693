import { Mic, MicOff, ShieldCheck, Video, VideoOff } from "lucide";
import { useEffect, useId, useRef, useState } from "preact/hooks";

import { t } from "../i18n";
import type { DeviceAnswer, RoleName, SessionStore } from "../session/model";
import { DeviceHelp } from "../ui/DeviceHelp";
import { DeviceChoices, LevelMeter } from "../ui/Devices";
import { useHeadingFocus } from "../ui/hooks";
import { Icon } from "../ui/Icon";
import { Mark } from "../ui/Mark";

// The server takes longer ones; a first name or an alias is all that is wanted.
const LONGEST_NAME = 40;

/** Asked: nothing yet, the browser's question is open, or its answer. */
type Asked = "not yet" | "asking" | DeviceAnswer;

interface Props {
  store: SessionStore;
  token: string;
  role: RoleName;
  name: string;
  onName: (name: string) => void;
  nameRefused: boolean;
  onJoin: () => void;
}

export function Join({ store, token, role, name, onName, nameRefused, onJoin }: Props) {
  const heading = useHeadingFocus();
  const [asked, ask] = useAsked(store);
  const [missing, setMissing] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const joining = store.phase.value === "joining";

  const join = () => {
    if (joining) return;
    if (!name.trim()) {
      setMissing(true);
      field.current?.focus();
      return;
    }
    onJoin();
    void store.join({ token, name: name.trim() });
  };
  useEffect(() => {
    if (nameRefused) field.current?.focus();
  }, [nameRefused]);

  return (
    <main class="page join">
      <header class="join-head">
        <Mark />
      </header>
      <div class="join-title">
        <h1 ref={heading} tabIndex={-1}>
          {t("join.title")}
        </h1>
        <p class="soft">{t("join.lead")}</p>
        {role === "facilitator" && <p class="soft">{t("join.facilitator")}</p>}
      </div>
      <section class="mirror-place">
        <DevicePanel store={store} asked={asked} ask={ask} link={`${location.origin}/join#${token}`} />
      </section>
      {asked !== "insecure" && (
        <form
          class="join-form"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            join();
          }}
        >
          <NameField
            field={field}
            name={name}
            problem={missing && !name.trim() ? t("join.nameMissing") : nameRefused ? t("join.nameRefused") : null}
            onName={onName}
          />
          <JoinButtons store={store} asked={asked} ask={ask} joining={joining} />
        </form>
      )}
      <p class="promise small">
        <Icon of={ShieldCheck} />
        {t("app.noRecording")}
      </p>
    </main>
  );
}

/** What the browser said about the devices. Where it was allowed before, it does not ask, so neither do we. */
function useAsked(store: SessionStore) {
  const held = store.preview.value !== null || store.microphone.value !== "none";
  const [asked, setAsked] = useState<Asked>(held ? "ok" : "not yet");
  const ask = async (camera: boolean, microphone: boolean) => {
    setAsked("asking");
    setAsked(await store.requestDevices({ camera, microphone }));
  };
  useEffect(() => {
    if (held) return;
    if (!isSecureContext) setAsked("insecure");
    else if (!navigator.mediaDevices?.getUserMedia) setAsked("unsupported");
    else void allowedBefore().then((allowed) => (allowed ? ask(true, true) : undefined));
  }, []);
  return [asked, ask] as const;
}

async function allowedBefore(): Promise<boolean> {
  const names = ["camera", "microphone"] as unknown as PermissionName[];
  try {
    const states = await Promise.all(names.map((name) => navigator.permissions.query({ name })));
    return states.every((status) => status.state === "granted");
  } catch {
    return false; // Firefox before 131 does not know these names
  }
}

type Ask = (camera: boolean, microphone: boolean) => Promise<void>;

interface PanelProps {
  store: SessionStore;
  asked: Asked;
  ask: Ask;
  link: string;
}

function DevicePanel({ store, asked, ask, link }: PanelProps) {
  switch (asked) {
    case "ok":
      return <Mirror store={store} ask={ask} />;
    case "not yet":
      return (
        <div class="mirror doorway">
          <p class="doorway-words">
            <strong>{t("join.why")}</strong> {t("join.whyNext")}
          </p>
          <button type="button" class="button primary" data-action="devices" onClick={() => void ask(true, true)}>
            {t("join.turnOn")}
          </button>
          <button type="button" class="button plain" onClick={() => void ask(false, true)}>
            {t("join.micOnly")}
          </button>
        </div>
      );
    case "asking":
      return (
        <div class="mirror doorway">
          <p class="doorway-words" role="status">
            {t("join.asking")}
          </p>
        </div>
      );
    default:
      return (
        <div class="mirror-help">
          <DeviceHelp answer={asked} link={link} onTryAgain={() => void ask(true, true)} />
        </div>
      );
  }
}

/** One's own picture, the two big switches, the meter and the choices. */
function Mirror({ store, ask }: { store: SessionStore; ask: Ask }) {
  const video = useRef<HTMLVideoElement>(null);
  const preview = store.preview.value;
  const microphone = store.microphone.value;
  const muted = store.muted.value;
  useEffect(() => {
    if (video.current) video.current.srcObject = preview;
  }, [preview]);
  const toggleCamera = () => void (store.cameraOn.value ? store.setCamera(false) : ask(true, false));
  const toggleMicrophone = () => void (microphone === "none" ? ask(false, true) : store.setMuted(!muted));
  return (
    <>
      <div class="mirror" data-off={!preview}>
        <video
          ref={video}
          class="video"
          data-mirrored={store.facing.value !== "environment"}
          hidden={!preview}
          autoplay
          muted
          playsInline
          disablePictureInPicture
          aria-label={t("join.preview")}
        />
        {!preview && <p class="mirror-off">{t("join.cameraOff")}</p>}
        <div class="mirror-controls">
          <button type="button" class="control" data-action="mute" data-off={muted} onClick={toggleMicrophone}>
            <Icon of={muted ? MicOff : Mic} />
            <span class="control-label">{t(microphone === "none" ? "controls.micOn" : muted ? "controls.unmute" : "controls.mute")}</span>
          </button>
          <button type="button" class="control" data-action="camera" data-off={!preview} onClick={toggleCamera}>
            <Icon of={preview ? Video : VideoOff} />
            <span class="control-label">{t(preview ? "controls.cameraOff" : "controls.cameraOn")}</span>
          </button>
        </div>
      </div>
      {microphone === "on" && <LevelMeter store={store} />}
      <details class="choices-fold">
        <summary>{t("join.devices")}</summary>
        <div class="choices-fold-body">
          <DeviceChoices store={store} />
        </div>
      </details>
    </>
  );
}

interface NameProps {
  field: { current: HTMLInputElement | null };
  name: string;
  problem: string | null;
  onName: (name: string) => void;
}

function NameField({ field, name, problem, onName }: NameProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{t("join.name")}</label>
      <input
        ref={field}
        id={id}
        class="input"
        name="name"
        autocomplete="given-name"
        autocapitalize="words"
        spellcheck={false}
        enterkeyhint="go"
        maxLength={LONGEST_NAME}
        value={name}
        aria-invalid={problem !== null}
        aria-describedby={problem ? `${id}-problem ${id}-seen` : `${id}-seen`}
        onInput={(event) => onName(event.currentTarget.value)}
      />
      {problem && (
        <p id={`${id}-problem`} class="field-error" role="alert">
          {problem}
        </p>
      )}
      <p id={`${id}-seen`} class="small soft">
        {t("join.nameSeen")}
      </p>
    </div>
  );
}

function JoinButtons({ store, asked, joining }: Omit<PanelProps, "link"> & { joining: boolean }) {
  const camera = store.cameraOn.value;
  const microphone = store.microphone.value !== "none";
  const nothing = !camera && !microphone;
  const label = camera || asked === "ok" ? t("join.join") : microphone ? t("join.withoutCamera") : t("join.withoutBoth");
  const primary = asked === "ok" || asked === "denied" || asked === "none";
  const plain = asked === "not yet" || asked === "asking" || asked === "unsupported";
  return (
    <div class="join-actions">
      <button
        type="submit"
        class={primary ? "button primary" : plain ? "button plain" : "button"}
        data-action="join"
        aria-disabled={joining}
      >
        {joining ? t("join.joining") : asked === "denied" || asked === "none" ? t("join.withoutCamera") : label}
      </button>
      {nothing && asked !== "not yet" && asked !== "asking" && <p class="small soft">{t("join.listenOnly")}</p>}
      <span class="hidden-visually" role="status">
        {joining ? t("room.joining") : ""}
      </span>
    </div>
  );
}
