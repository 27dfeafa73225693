import { t } from "../../i18n";
import type { StepProps } from "./Door";
import { Frame } from "./Frame";
import { ComingAs, Onward } from "./parts";

/** Nothing is left to settle. */
export function EnterStep(step: StepProps) {
  return (
    <Frame step={step} title={t("join.title")} kind="card">
      <form class="door-card" onSubmit={(event) => (event.preventDefault(), step.onDone())}>
        <ComingAs step={step} />
        <Onward step={step} label={t("door.enter")} />
      </form>
    </Frame>
  );
}
