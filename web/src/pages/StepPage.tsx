import type { ComponentChildren } from "preact";

import { useHeadingFocus } from "../ui/hooks";
import { Mark } from "../ui/Mark";
import { SupportCode } from "./SupportCode";

interface Props {
  title: string;
  /** Where one is, if that is worth saying. */
  progress: string | null;
  /** `mirror`: the own picture takes one half of a wide screen. */
  kind: "card" | "mirror";
  /** Which step it is, as attributes. */
  marks: Readonly<Record<`data-${string}`, string | boolean>>;
  children: ComponentChildren;
}

/** One step is one page: its heading takes the focus. */
export function StepPage({ title, progress, kind, marks, children }: Props) {
  const heading = useHeadingFocus();
  return (
    <main class="page door" data-kind={kind} {...marks}>
      <header class="door-head">
        <Mark />
        {progress && <p class="small soft">{progress}</p>}
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
