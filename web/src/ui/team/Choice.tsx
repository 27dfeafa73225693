import type { IconNode } from "lucide";

import { Icon } from "../Icon";

interface ChoiceProps {
  icon: IconNode;
  action: string;
  /** Where it leads, if its action has several ways. */
  to?: string;
  words: string;
  note?: string | undefined;
  disabled?: boolean;
  onClick: () => unknown;
}

/** One line of a menu. */
export function Choice({ icon, action, to, words, note, disabled = false, onClick }: ChoiceProps) {
  return (
    <button type="button" class="choice" data-action={action} data-to={to} aria-disabled={disabled} onClick={() => void (disabled || onClick())}>
      <Icon of={icon} />
      <span>
        {words}
        {note && <span class="small soft block">{note}</span>}
      </span>
    </button>
  );
}
