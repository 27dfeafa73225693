import { useEffect, useId, useRef, useState } from "preact/hooks";

import { t } from "../../i18n";
import type { StepProps } from "./Door";
import { Frame } from "./Frame";
import { Onward } from "./parts";

// The server takes longer ones; a first name or an alias is all that is wanted.
const LONGEST_NAME = 40;

export function NameStep(step: StepProps) {
  const { name, onName, nameRefused, onDone } = step;
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [missing, setMissing] = useState(false);
  useEffect(() => {
    if (nameRefused) field.current?.focus();
  }, [nameRefused]);
  const problem = missing && !name.trim() ? t("join.nameMissing") : nameRefused ? t("join.nameRefused") : null;
  return (
    <Frame step={step} title={t("join.title")} kind="card">
      <form
        class="door-card"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          onName(name.trim());
          if (name.trim()) return onDone();
          setMissing(true);
          field.current?.focus();
        }}
      >
        <p>{t("join.lead")}</p>
        <div class="field">
          <label for={id}>{t("join.name")}</label>
          <input
            ref={field}
            id={id}
            class="input"
            name="name"
            autocomplete="given-name"
            autocapitalize="words"
            spellcheck={false}
            enterkeyhint="go"
            maxLength={LONGEST_NAME}
            value={name}
            aria-invalid={problem !== null}
            aria-describedby={problem ? `${id}-problem ${id}-seen` : `${id}-seen`}
            onInput={(event) => onName(event.currentTarget.value)}
          />
          {problem && (
            <p id={`${id}-problem`} class="field-error" role="alert">
              {problem}
            </p>
          )}
          <p id={`${id}-seen`} class="small soft">
            {t("join.nameSeen")}
          </p>
        </div>
        <Onward step={step} />
      </form>
    </Frame>
  );
}
