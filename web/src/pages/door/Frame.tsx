import type { ComponentChildren } from "preact";

import { StepPage } from "../StepPage";
import type { StepProps } from "./Door";

interface Props {
  step: StepProps;
  title: string;
  kind: "card" | "mirror";
  children: ComponentChildren;
}

/** One step of the door. */
export function Frame({ step, title, kind, children }: Props) {
  return (
    <StepPage title={title} progress={step.progress} kind={kind} marks={{ "data-step": step.is, "data-last": step.last }}>
      {children}
    </StepPage>
  );
}
