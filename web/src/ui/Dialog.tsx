import { X } from "lucide";
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

import { t } from "../i18n";
import { Icon } from "./Icon";
import { dialogs } from "./sight";

interface Props {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}

/** A modal dialog; on a phone it is a sheet at the bottom. Escape, the cross and a tap beside it close it. */
export function Dialog({ title: words, onClose, children }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  const heading = useId();
  useLayoutEffect(() => {
    const dialog = element.current!;
    dialog.showModal();
    dialogs.value = [...dialogs.peek(), dialog];
    title.current!.focus(); // so that a screen reader starts with what this is about, not with "Close"
    return () => {
      dialogs.value = dialogs.peek().filter((one) => one !== dialog);
      dialog.close(); // gives the focus back to where it was
    };
  }, []);
  return (
    <dialog
      ref={element}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === element.current && onClose()}
    >
      <div class="dialog-head">
        <h2 ref={title} id={heading} tabIndex={-1}>
          {words}
        </h2>
        <button type="button" class="round" aria-label={t("settings.close")} onClick={onClose}>
          <Icon of={X} />
        </button>
      </div>
      <div class="dialog-body">{children}</div>
    </dialog>
  );
}
