import type { IconNode } from "lucide";
import { h } from "preact";

/** A drawing beside words that already say it, so screen readers pass over it. */
export function Icon({ of }: { of: IconNode }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      {of.map(([tag, attributes]) => h(tag, attributes as Record<string, string>))}
    </svg>
  );
}
