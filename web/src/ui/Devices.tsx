import { useSignal, useSignalEffect } from "@preact/signals";
import { useId, useRef } from "preact/hooks";

import { t } from "../i18n";
import type { Device, SessionStore } from "../session/model";

interface ChoiceProps {
  label: string;
  devices: readonly Device[];
  chosen: string | null;
  unnamed: (number: number) => string;
  onChoose: (id: string) => void;
}

function Choice({ label, devices, chosen, unnamed, onChoose }: ChoiceProps) {
  const id = useId();
  if (devices.length === 0) return null;
  // The chosen one may be unplugged by now; the browser has taken its first one then.
  const present = devices.some((device) => device.id === chosen);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} class="input" value={present ? chosen! : devices[0]!.id} onChange={(event) => onChoose(event.currentTarget.value)}>
        {devices.map((device, i) => (
          <option key={device.id} value={device.id}>
            {device.label || unnamed(i + 1)}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Which camera, microphone and output; each only where there is something to choose. */
export function DeviceChoices({ store }: { store: SessionStore }) {
  return (
    <>
      <Choice
        label={t("devices.microphone")}
        devices={store.microphones.value}
        chosen={store.microphoneDevice.value}
        unnamed={(number) => t("devices.unnamedMicrophone", { number })}
        onChoose={(id) => void store.chooseMicrophone(id)}
      />
      <Choice
        label={t("devices.camera")}
        devices={store.cameras.value}
        chosen={store.camera.value}
        unnamed={(number) => t("devices.unnamedCamera", { number })}
        onChoose={(id) => void store.chooseCamera(id)}
      />
      <Choice
        label={t("devices.output")}
        devices={store.outputs.value}
        chosen={store.output.value}
        unnamed={(number) => t("devices.unnamedOutput", { number })}
        onChoose={(id) => void store.chooseOutput(id)}
      />
    </>
  );
}

/** The same, folded away: most people never need it. */
export function DeviceFold({ store }: { store: SessionStore }) {
  return (
    <details class="choices-fold">
      <summary>{t("join.devices")}</summary>
      <div class="choices-fold-body">
        <DeviceChoices store={store} />
      </div>
    </details>
  );
}

const STEPS = 12;
// Speech in a quiet room reaches this; breathing and fans do not.
export const HEARD_AT = 0.12;

/** How loud the microphone is, as lit bars and in words. */
export function LevelMeter({ store }: { store: SessionStore }) {
  const bars = useRef<HTMLDivElement>(null);
  const heard = useSignal(false);
  useSignalEffect(() => {
    if (store.micLevel.value > HEARD_AT) heard.value = true;
    const lit = Math.round(Math.min(1, Math.sqrt(store.micLevel.value)) * STEPS);
    bars.current?.setAttribute("aria-valuenow", String(Math.round((lit / STEPS) * 100)));
    for (const [i, bar] of [...(bars.current?.children ?? [])].entries()) bar.classList.toggle("lit", i < lit);
  });
  return (
    <div class="level">
      <div
        ref={bars}
        class="level-bars"
        role="meter"
        aria-label={t("devices.level")}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={0}
      >
        {Array.from({ length: STEPS }, (_, i) => (
          <span key={i} />
        ))}
      </div>
      <p class="small soft">{heard.value ? t("devices.heard") : t("devices.speak")}</p>
    </div>
  );
}
