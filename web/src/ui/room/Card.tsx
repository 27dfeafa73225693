import type { IconNode } from "lucide";
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

import { Icon } from "../Icon";

interface Props {
  /** help is the one kind that may be red. */
  kind?: "calm" | "ask" | "help";
  icon?: IconNode;
  title: string;
  /** Takes the focus once, when it appears. */
  takesFocus?: boolean;
  /** For keys and tests. */
  name?: string;
  children?: ComponentChildren;
}

/** Something that concerns this person, above the pictures. Not modal: the group goes on behind nothing. */
export function Card({ kind = "calm", icon, title, takesFocus = false, name, children }: Props) {
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  // Not after it has been painted: a key pressed meanwhile would go elsewhere.
  useLayoutEffect(() => {
    if (takesFocus) heading.current?.focus();
  }, []);
  return (
    <section class="card" data-kind={kind} data-card={name} aria-labelledby={id}>
      <h2 class="card-title" id={id} ref={heading} tabIndex={-1}>
        {icon && <Icon of={icon} />}
        <span>{title}</span>
      </h2>
      {children}
    </section>
  );
}
