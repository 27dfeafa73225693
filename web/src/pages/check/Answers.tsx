import { useState } from "preact/hooks";

import { t } from "../../i18n";
import type { Verdict } from "./findings";

interface Props {
  /** "I see myself" */
  yes: string;
  no: string;
  /** What to try after a no. */
  help: string;
  onAnswer: (verdict: Verdict) => void;
}

/** Yes goes on. No says what to try, and asks again. Skipping is always possible. */
export function Answers({ yes, no, help, onAnswer }: Props) {
  const [refused, setRefused] = useState(false);
  return (
    <div class="check-answers">
      {refused && (
        <p class="check-help" role="status">
          {help}
        </p>
      )}
      <button type="button" class="button primary onward" data-action="yes" onClick={() => onAnswer("yes")}>
        {yes}
      </button>
      <button type="button" class="button" data-action="no" onClick={() => (refused ? onAnswer("no") : setRefused(true))}>
        {refused ? t("selfTest.goOn") : no}
      </button>
      {!refused && <Skip onSkip={() => onAnswer("skipped")} />}
    </div>
  );
}

export function Skip({ onSkip }: { onSkip: () => void }) {
  return (
    <button type="button" class="button plain" data-action="skip" onClick={onSkip}>
      {t("selfTest.skip")}
    </button>
  );
}
