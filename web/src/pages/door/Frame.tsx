import type { ComponentChildren } from "preact";

import { useHeadingFocus } from "../../ui/hooks";
import { Mark } from "../../ui/Mark";
import { SupportCode } from "../SupportCode";
import type { StepProps } from "./Door";

interface Props {
  step: StepProps;
  title: string;
  /** `mirror`: the own picture takes one half of a wide screen. */
  kind: "card" | "mirror";
  children: ComponentChildren;
}

/** One step of the door: where one is, what it is about, and the support code. */
export function Frame({ step, title, kind, children }: Props) {
  const heading = useHeadingFocus();
  return (
    <main class="page door" data-kind={kind} data-step={step.is} data-last={step.last}>
      <header class="door-head">
        <Mark />
        {step.progress && <p class="small soft">{step.progress}</p>}
      </header>
      <div class="door-title">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
      </div>
      {children}
      <footer class="door-foot">
        <SupportCode />
      </footer>
    </main>
  );
}
