/** The findings as short lines, to be copied or read out. Nothing in them says who somebody is. Pure. */

import { t } from "../../i18n";
import type { Findings, Task, TaskResult, Verdict } from "./findings";

export interface About {
  /** As it is read aloud; "" where the page was opened without a link. */
  readonly supportCode: string;
  /** Browser and system. */
  readonly device: string;
  /** Of the screen, in CSS pixels. */
  readonly screen: string;
  readonly tasks: readonly Task[];
}

export interface Line {
  readonly what: string;
  readonly found: string;
}

export function reportOf(findings: Findings, { supportCode, device, screen, tasks }: About): Line[] {
  const line = (what: string, found: string): Line => ({ what, found });
  return [
    line(t("selfTest.report.code"), supportCode || t("selfTest.report.noCode")),
    line(t("selfTest.report.device"), `${device}, ${screen}`),
    line(t("selfTest.camera.name"), pictureWords(findings)),
    line(t("selfTest.microphone.name"), verdictWords(findings.microphone)),
    line(t("selfTest.speaker.name"), verdictWords(findings.speaker)),
    line(t("selfTest.connection.name"), connectionWords(findings)),
    ...tasks.map((task) => line(t(`selfTest.task.${task}.name`), taskWords(findings.tasks.get(task)))),
  ];
}

/** As plain text. */
export const textOf = (lines: readonly Line[]): string => lines.map(({ what, found }) => `${what}: ${found}`).join("\n");

function verdictWords(verdict: Verdict | null): string {
  return t(`selfTest.verdict.${verdict ?? "skipped"}`);
}

function pictureWords({ camera, size }: Findings): string {
  return camera === "yes" && size !== "" ? t("selfTest.report.picture", { size }) : verdictWords(camera);
}

function connectionWords({ reached }: Findings): string {
  if (reached === null) return verdictWords(null);
  const { server, messages, media } = reached;
  const words = [
    server === null ? t("selfTest.report.noServer") : t("selfTest.report.server", { ms: server }),
    t(messages ? "selfTest.report.messages" : "selfTest.report.noMessages"),
    media === null ? null : t(media ? "selfTest.report.media" : "selfTest.report.noMedia"),
    t("selfTest.report.way"),
  ];
  return words.filter((one) => one !== null).join(" ");
}

function taskWords(result: TaskResult | undefined): string {
  if (!result?.done) return verdictWords("skipped");
  const noticed = result.noticed.map((what) => t(`selfTest.noticed.${what}`)).join(" ");
  return [noticed || t("selfTest.noticed.nothing"), afterWords("microphone", result.microphone), afterWords("camera", result.camera)]
    .filter((one) => one !== "")
    .join(" ");
}

function afterWords(what: "microphone" | "camera", runs: boolean | null): string {
  if (runs === null) return "";
  return t(`selfTest.after.${what}.${runs ? "on" : "off"}`);
}
