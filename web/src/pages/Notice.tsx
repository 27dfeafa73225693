import type { ComponentChildren } from "preact";

import { t } from "../i18n";
import type { Notice as NoticeCode } from "../session/model";
import { useHeadingFocus } from "../ui/hooks";
import { Mark } from "../ui/Mark";
import { SupportCode } from "./SupportCode";

type Code = NoticeCode | "left" | "no_link" | "other";

const WORDED = [
  "left",
  "replaced",
  "no_link",
  "bad_link",
  "link_full",
  "unreachable",
  "resume_unknown",
  "too_many",
  "bad_version",
  "not_allowed",
  "standby_unknown",
] as const;

/** Codes that only a defect of ours can cause share one text. */
function worded(code: Code): (typeof WORDED)[number] | "other" {
  return WORDED.find((one) => one === code) ?? "other";
}

/** The group is not reachable, or not for this link: said kindly, with what comes next. */
export function Notice({ code, onAgain }: { code: Code; onAgain?: (() => unknown) | undefined }) {
  const key = worded(code);
  const again = key === "bad_version" ? () => location.reload() : onAgain;
  return (
    <Quiet title={t(`notice.${key}.title`)}>
      <p>{t(`notice.${key}.text`)}</p>
      {again && (
        <button type="button" class="button primary" data-action="again" onClick={again}>
          {t(key === "bad_version" ? "notice.reload" : key === "left" ? "notice.comeBack" : "notice.tryAgain")}
        </button>
      )}
    </Quiet>
  );
}

export function Landing() {
  return (
    <Quiet title={t("landing.title")}>
      <p>{t("landing.text")}</p>
      <p class="soft">{t("landing.help")}</p>
      <p>
        <a href="/check">{t("selfTest.title")}</a>
      </p>
    </Quiet>
  );
}

export function Wait() {
  return (
    <main class="page quiet">
      <Mark />
      <p role="status" class="soft waiting">
        {t("app.moment")}
      </p>
      <SupportCode />
    </main>
  );
}

/** One card on an otherwise empty page. */
export function Quiet({ title, children }: { title: string; children: ComponentChildren }) {
  const heading = useHeadingFocus();
  return (
    <main class="page quiet">
      <Mark />
      <div class="quiet-card">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {children}
      </div>
      <SupportCode />
    </main>
  );
}
