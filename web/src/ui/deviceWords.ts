/** What became of an own device, for the status line. Pure. */

import { t } from "../i18n";
import type { DeviceNews } from "../session/model";

export function deviceWords({ source, became, label }: DeviceNews): string {
  const camera = source === "camera";
  if (became === "found") return t("status.micFound", { label: plain(label) });
  if (became === "stopped") return t(camera ? "status.cameraLost" : "status.micLost");
  if (label === "") return t(camera ? "status.cameraOther" : "status.micOther");
  return t(camera ? "status.cameraNow" : "status.micNow", { label: plain(label) });
}

/** Browsers add what means nothing to people: "Default - Headset (046d:0a45)". */
const plain = (label: string): string => label.replace(/^Default - /, "").replace(/ \([0-9a-f]{4}:[0-9a-f]{4}\)$/i, "");
