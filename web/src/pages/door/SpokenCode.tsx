import { useId, useRef, useState } from "preact/hooks";

import { t } from "../../i18n";
import type { SessionStore } from "../../session/model";
import { Quiet } from "../Notice";
import { digitsOf } from "./code";

type Problem = "wrong" | "too_many" | "unreachable" | "missing";

/** For whoever was told a code instead of a link: it leads to the ordinary door. */
export function SpokenCode({ store, onToken }: { store: SessionStore; onToken: (token: string) => void }) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [code, setCode] = useState("");
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const send = async () => {
    if (asking) return;
    if (digitsOf(code) === "") return refuse("missing");
    setAsking(true);
    const answer = await store.spendCode(digitsOf(code));
    setAsking(false);
    if (answer.ok) onToken(answer.token);
    else refuse(answer.reason);
  };
  const refuse = (why: Problem) => {
    setProblem(why);
    field.current?.focus();
  };
  return (
    <Quiet title={t("door.codeTitle")}>
      <form class="code-form" noValidate onSubmit={(event) => (event.preventDefault(), void send())}>
        <div class="field">
          <label for={id}>{t("door.code")}</label>
          <input
            ref={field}
            id={id}
            class="input"
            name="code"
            inputMode="numeric"
            autocomplete="off"
            enterkeyhint="go"
            maxLength={20}
            value={code}
            aria-invalid={problem !== null}
            aria-describedby={problem ? `${id}-problem` : undefined}
            onInput={(event) => setCode(event.currentTarget.value)}
          />
          {problem && (
            <p id={`${id}-problem`} class="field-error" role="alert">
              {t(`door.codeProblem.${problem}`)}
            </p>
          )}
        </div>
        <button type="submit" class="button primary" data-action="code" aria-disabled={asking}>
          {t("door.codeSend")}
        </button>
      </form>
    </Quiet>
  );
}
