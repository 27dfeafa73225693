import { ShieldCheck } from "lucide";

import { t } from "../../i18n";
import { Icon } from "../../ui/Icon";
import type { StepProps } from "./Door";

/** The step's one button. On the last step it joins. */
export function Onward({ step, label, primary = true }: { step: StepProps; label?: string; primary?: boolean }) {
  const { last, joining } = step;
  const words = !last ? t("door.continue") : joining ? t("join.joining") : (label ?? t("join.join"));
  return (
    <>
      <button
        type="submit"
        class={primary ? "button primary onward" : "button onward"}
        data-action={last ? "join" : "continue"}
        aria-disabled={joining}
      >
        {words}
      </button>
      <span class="hidden-visually" role="status">
        {joining ? t("door.opening") : ""}
      </span>
    </>
  );
}

/** As whom they come in: the group will read this name. */
export function ComingAs({ step }: { step: StepProps }) {
  const { link, name, onRename } = step;
  if (name === "") return null;
  return (
    <div class="coming-as">
      <p>
        {t("door.alias", { name })} {roleWords(step)}
      </p>
      {onRename && !link.fixed && (
        <button type="button" class="button plain" data-action="rename" onClick={onRename}>
          {t("door.rename")}
        </button>
      )}
    </div>
  );
}

function roleWords({ link }: StepProps): string {
  if (link.roles.includes("facilitator")) return t("join.facilitator");
  return link.function ? t("door.asFunction", { function: t(`function.${link.function}`) }) : "";
}

export function NoRecording() {
  return (
    <p class="promise small">
      <Icon of={ShieldCheck} />
      {t("app.noRecording")}
    </p>
  );
}
