import type { ComponentChildren } from "preact";

import { useHeadingFocus } from "../../ui/hooks";
import { Mark } from "../../ui/Mark";
import { SupportCode } from "../SupportCode";

interface FrameProps {
  title: string;
  /** "Step 2 of 3"; null where there is only one. */
  progress: string | null;
  /** `mirror`: the own picture takes one half of a wide screen. */
  kind: "card" | "mirror";
  children: ComponentChildren;
}

/** One step of the door: where one is, what it is about, and the support code. */
export function Frame({ title, progress, kind, children }: FrameProps) {
  const heading = useHeadingFocus();
  return (
    <main class="page door" data-kind={kind}>
      <header class="door-head">
        <Mark />
        {progress && <p class="door-progress small soft">{progress}</p>}
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
