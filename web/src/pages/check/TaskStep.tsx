import { Check, Mic, MicOff, Video, VideoOff } from "lucide";
import { useState } from "preact/hooks";

import { t } from "../../i18n";
import type { SessionStore } from "../../session/model";
import { Icon } from "../../ui/Icon";
import { Skip } from "./Answers";
import type { StepProps } from "./Check";
import type { Task } from "./findings";
import { useNoticing } from "./useNoticing";

const microphoneRuns = (store: SessionStore): boolean => store.microphone.value === "on";

function cameraRuns(store: SessionStore): boolean {
  const track = store.preview.value?.getVideoTracks()[0];
  return track !== undefined && track.readyState === "live" && !track.muted;
}

/** Something that machines do to pages: what to do, what the browser told of it, and whether all runs after it. */
export function TaskStep({ store, task, findings, onFound, onDone }: StepProps & { task: Task }) {
  const [noticed] = useNoticing(store);
  // Devices that never ran have nothing to lose.
  const [had] = useState(() => ({ microphone: microphoneRuns(store), camera: cameraRuns(store) }));
  const settle = (done: boolean) => {
    const microphone = done && had.microphone ? microphoneRuns(store) : null;
    const camera = done && had.camera ? cameraRuns(store) : null;
    onFound({ tasks: new Map(findings.tasks).set(task, { done, noticed, microphone, camera }) });
    onDone();
  };
  const steps: string[] = t(`selfTest.task.${task}.steps`, { returnObjects: true });
  return (
    <div class="check-card help">
      <ol>
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <section class="check-noticed" aria-labelledby="noticed">
        <h2 id="noticed">{t("selfTest.noticed.title")}</h2>
        <ul class="check-list" aria-live="polite">
          {noticed.length === 0 && <li class="soft">{t("selfTest.noticed.notYet")}</li>}
          {noticed.map((what) => (
            <li key={what}>
              <Icon of={Check} />
              {t(`selfTest.noticed.${what}`)}
            </li>
          ))}
        </ul>
      </section>
      <Running store={store} had={had} />
      <div class="check-answers">
        <button type="button" class="button primary onward" data-action="done" onClick={() => settle(true)}>
          {t("selfTest.done")}
        </button>
        <Skip onSkip={() => settle(false)} />
      </div>
    </div>
  );
}

/** Whether camera and microphone still run, and the tap that brings them back. */
function Running({ store, had }: { store: SessionStore; had: { microphone: boolean; camera: boolean } }) {
  const [microphone, camera] = [microphoneRuns(store), cameraRuns(store)];
  if (!had.microphone && !had.camera) return null;
  const back = () => {
    if (!microphone) void store.setMuted(false);
    if (!camera) void store.setCamera(false).then(() => store.setCamera(true));
  };
  const lost = (had.microphone && !microphone) || (had.camera && !camera);
  return (
    <div class="check-running">
      {had.microphone && (
        <p data-on={microphone}>
          <Icon of={microphone ? Mic : MicOff} />
          {t(`selfTest.now.microphone.${microphone ? "on" : "off"}`)}
        </p>
      )}
      {had.camera && (
        <p data-on={camera}>
          <Icon of={camera ? Video : VideoOff} />
          {t(`selfTest.now.camera.${camera ? "on" : "off"}`)}
        </p>
      )}
      {lost && (
        <button type="button" class="button" data-action="turn-on-again" onClick={back}>
          {t("selfTest.turnOn")}
        </button>
      )}
    </div>
  );
}
