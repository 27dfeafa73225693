import { t } from "../../i18n";
import type { StepProps } from "./Door";
import { Frame } from "./Frame";

/** The group's agreement as the practice wrote it, and one tap. */
export function AgreementStep(step: StepProps) {
  const { link, last, joining, onDone } = step;
  const paragraphs = (link.agreement?.text ?? "").split(/\n\s*\n/).filter((one) => one.trim() !== "");
  return (
    <Frame step={step} title={t("door.agreement")} kind="card">
      <div class="door-card">
        <div class="agreement">
          {paragraphs.map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
        </div>
        <p class="small soft">{t("door.agreeNote")}</p>
        <button type="button" class="button primary onward" data-action="agree" aria-disabled={joining} onClick={onDone}>
          {last ? t("door.agreeJoin") : t("door.agree")}
        </button>
      </div>
    </Frame>
  );
}
