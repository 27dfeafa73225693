import { GripVertical, Link2 } from "lucide";

import { t } from "../../../i18n";
import type { Placed } from "../../../session/model";
import { Icon } from "../../Icon";

interface Props {
  placed: Placed;
  bound: boolean;
  /** The one name among all that Tab stops at. */
  stop: boolean;
  onMenu: () => void;
  onFocus: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
  onDrag: (id: string | null) => void;
}

/** A name in the plan. The handle stands outside of the button: Firefox drags nothing by a button. */
export function Chip({ placed: { person }, bound, stop, onMenu, onFocus, onKeyDown, onDrag }: Props) {
  return (
    <li
      class="chip"
      draggable
      onDragStart={(event) => {
        // Without data Firefox does not begin. An id, so that nothing of it can be read where it is dropped by mistake.
        event.dataTransfer?.setData("application/x-kinroom", person.id);
        // Chrome ends a drag at once if the page moves what is dragged before it has begun.
        setTimeout(() => onDrag(person.id));
      }}
      onDragEnd={() => onDrag(null)}
    >
      <span class="chip-grip" aria-hidden="true">
        <Icon of={GripVertical} />
      </span>
      <button
        type="button"
        data-chip={person.id}
        tabIndex={stop ? 0 : -1}
        aria-haspopup="dialog"
        onClick={onMenu}
        onFocus={onFocus}
        onKeyDown={onKeyDown}
      >
        <span class="name">{person.name}</span>
        {person.function && <span class="small soft">{t(`function.${person.function}`)}</span>}
        {bound && (
          <>
            <Icon of={Link2} />
            <span class="hidden-visually">{t("board.plan.bound")}</span>
          </>
        )}
      </button>
    </li>
  );
}
