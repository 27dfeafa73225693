import { Check, Copy } from "lucide";
import { useState } from "preact/hooks";

import { t } from "../i18n";
import type { DeviceAnswer } from "../session/model";
import { browserKind } from "./browser";
import { Icon } from "./Icon";

interface Props {
  answer: Exclude<DeviceAnswer, "ok">;
  /** The whole link, to be pasted in another browser. */
  link: string;
  onTryAgain: () => void;
  /** The title is said elsewhere already. */
  untitled?: boolean;
}

/** What to do when the browser gives no camera or microphone. Blames nobody. */
export function DeviceHelp({ answer, link, onTryAgain, untitled = false }: Props) {
  const title = untitled ? null : <h2>{t(`help.${answer}.title`)}</h2>;
  const again = (
    <button type="button" class="button" onClick={onTryAgain}>
      {t("devices.tryAgain")}
    </button>
  );
  switch (answer) {
    case "denied":
      return (
        <div class="help">
          {title}
          <p>{t("help.denied.lead")}</p>
          <ol>
            {steps().map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
          {again}
        </div>
      );
    case "none":
      return (
        <div class="help">
          {title}
          <p>{t("help.none.text")}</p>
          {again}
        </div>
      );
    case "unsupported":
      return (
        <div class="help">
          {title}
          <p>{t("help.unsupported.text")}</p>
          <CopyLink link={link} />
        </div>
      );
    case "insecure":
      return (
        <div class="help">
          {title}
          <p>{t("help.insecure.text")}</p>
        </div>
      );
  }
}

function steps(): string[] {
  return t(`help.steps.${browserKind(navigator.userAgent, navigator.maxTouchPoints)}`, { returnObjects: true });
}

function CopyLink({ link }: { link: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(link).then(() => setCopied(true), () => setCopied(false));
  };
  return (
    <div class="copy-link">
      {/* Some apps have no clipboard either: then the link can be held and copied by hand. */}
      <input class="input" readOnly value={link} aria-label={t("help.unsupported.copy")} onFocus={(e) => e.currentTarget.select()} />
      <button type="button" class="button" onClick={() => void copy()}>
        <Icon of={copied ? Check : Copy} />
        <span role="status">{copied ? t("help.unsupported.copied") : t("help.unsupported.copy")}</span>
      </button>
    </div>
  );
}
