import "./check.css";

import { useEffect, useState } from "preact/hooks";

import { t } from "../../i18n";
import type { SessionStore } from "../../session/model";
import { StepPage } from "../StepPage";
import { ConnectionStep } from "./ConnectionStep";
import { type Findings, isTask, NOTHING_YET, type Step, stepsFor, tasksFor } from "./findings";
import { CameraStep, MicrophoneStep, SpeakerStep } from "./OwnSteps";
import { ReportStep } from "./ReportStep";
import { TaskStep } from "./TaskStep";

/** What each step is given. It settles its one thing, then calls `onDone`. */
export interface StepProps {
  store: SessionStore;
  findings: Findings;
  onFound: (found: Partial<Findings>) => void;
  onDone: () => void;
}

/** A touch screen and no mouse. */
const isPhone = (): boolean => matchMedia("(hover: none) and (pointer: coarse)").matches;

/** A self-test that needs no group: one thing at a time, each may be skipped, and a report at the end. */
export default function Check({ store }: { store: SessionStore }) {
  const [phone] = useState(isPhone);
  const [at, setAt] = useState(0);
  const [findings, setFindings] = useState(NOTHING_YET);
  // Whoever goes away leaves no camera on.
  useEffect(() => () => store.releaseDevices(), []);
  const steps = stepsFor(phone);
  const step = steps[at]!;
  const props: StepProps = {
    store,
    findings,
    onFound: (found) => setFindings((before) => ({ ...before, ...found })),
    onDone: () => setAt(at + 1),
  };
  const again = () => {
    setFindings(NOTHING_YET);
    setAt(0);
  };
  const between = step !== "start" && step !== "report";
  return (
    <StepPage
      key={step}
      title={titleOf(step)}
      progress={between ? t("door.step", { step: at, steps: steps.length - 2 }) : null}
      kind="card"
      marks={{ "data-check": step }}
    >
      {step === "start" && <Start onDone={props.onDone} />}
      {step === "camera" && <CameraStep {...props} />}
      {step === "microphone" && <MicrophoneStep {...props} />}
      {step === "speaker" && <SpeakerStep {...props} />}
      {step === "connection" && <ConnectionStep {...props} />}
      {isTask(step) && <TaskStep {...props} task={step} />}
      {step === "report" && <ReportStep store={store} findings={findings} tasks={tasksFor(phone)} onAgain={again} />}
    </StepPage>
  );
}

function titleOf(step: Step): string {
  if (step === "start") return t("selfTest.title");
  return isTask(step) ? t(`selfTest.task.${step}.title`) : t(`selfTest.${step}.title`);
}

function Start({ onDone }: { onDone: () => void }) {
  return (
    <div class="door-card">
      <p>{t("selfTest.lead")}</p>
      <p class="soft">{t("selfTest.private")}</p>
      <button type="button" class="button primary onward" data-action="begin" onClick={onDone}>
        {t("selfTest.begin")}
      </button>
    </div>
  );
}
