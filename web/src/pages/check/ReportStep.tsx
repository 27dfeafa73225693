import { Check, Copy } from "lucide";
import { useContext, useEffect, useRef, useState } from "preact/hooks";

import { t } from "../../i18n";
import type { SessionStore } from "../../session/model";
import { Icon } from "../../ui/Icon";
import { SupportCodeOf } from "../SupportCode";
import { deviceOf } from "./device";
import type { Findings, Task } from "./findings";
import { reportOf, textOf } from "./report";

interface Props {
  store: SessionStore;
  findings: Findings;
  tasks: readonly Task[];
  onAgain: () => void;
}

/** All of it in short lines: to be read out on the phone, or copied. */
export function ReportStep({ store, findings, tasks, onAgain }: Props) {
  const supportCode = useContext(SupportCodeOf);
  const list = useRef<HTMLDListElement>(null);
  const [copied, setCopied] = useState(false);
  useEffect(() => store.releaseDevices(), []);
  const { userAgent, maxTouchPoints } = navigator;
  const lines = reportOf(findings, { supportCode, device: deviceOf(userAgent, maxTouchPoints), screen: `${screen.width} x ${screen.height}`, tasks });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(textOf(lines));
      setCopied(true);
    } catch {
      // No clipboard here: then it is marked, to be copied by hand.
      getSelection()?.selectAllChildren(list.current!);
    }
  };
  return (
    <div class="check-card">
      <p>{t("selfTest.report.lead")}</p>
      <dl class="check-report" ref={list}>
        {lines.map(({ what, found }) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>{found}</dd>
          </div>
        ))}
      </dl>
      <p class="small soft">{t("selfTest.report.private")}</p>
      <div class="check-answers">
        <button type="button" class="button primary onward" data-action="copy" onClick={() => void copy()}>
          <Icon of={copied ? Check : Copy} />
          <span role="status">{t(copied ? "selfTest.report.copied" : "selfTest.report.copy")}</span>
        </button>
        <button type="button" class="button" data-action="again" onClick={onAgain}>
          {t("selfTest.report.again")}
        </button>
      </div>
    </div>
  );
}
