import type { IconNode } from "lucide";

import { Icon } from "../Icon";

export interface ControlProps {
  icon: IconNode;
  label: string;
  /** Fits a phone; must be part of the label, for people who speak to their device. */
  short?: string | undefined;
  /** Something of mine is off: filled, so that it is seen at a glance. */
  off?: boolean;
  /** Something of mine is on, for as long as it stands so. */
  pressed?: boolean | undefined;
  /** Not for now: it still answers a tap, by saying why. */
  kept?: boolean;
  /** New things behind it. */
  count?: number;
  /** Drawn above it for a moment. What it says is also said in the status line. */
  bubble?: string | undefined;
  kind?: "leave" | "large";
  title?: string;
  /** Id of what says more about it. */
  about?: string | undefined;
  dialog?: boolean;
  onClick: () => void;
  action: string;
}

/** One button of the bar. */
export function Control(props: ControlProps) {
  const { icon, label, short, off = false, pressed, kept = false, count = 0, bubble, kind, title, about, dialog, onClick, action } = props;
  return (
    <button
      type="button"
      class="control"
      data-off={off}
      data-kept={kept}
      data-kind={kind}
      data-action={action}
      aria-label={label}
      aria-describedby={about}
      aria-pressed={pressed}
      aria-haspopup={dialog ? "dialog" : undefined}
      title={title}
      onClick={onClick}
    >
      <Icon of={icon} />
      <span class="control-label">{short ?? label}</span>
      {/* Drawn from an attribute: the label says it in words. */}
      {count > 0 && <span class="control-count" data-count={Math.min(count, 99)} aria-hidden="true" />}
      {bubble && <span class="control-bubble" data-bubble={bubble} aria-hidden="true" />}
    </button>
  );
}
