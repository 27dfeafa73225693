import { signal } from "@preact/signals";
import { useId } from "preact/hooks";

import { t } from "../../../i18n";
import type { Board, Request } from "../../../session/model";

/** Chosen once, for every round that this page opens. */
export const minutes = signal<number | null>(null);
export const late = signal<Board["late"]>("ask");

/** How the plan that lies there was made. */
export type Making = Pick<Extract<Request, { type: "plan_rooms" }>, "how" | "count">;
export const PAIRS: Making = { how: "size", count: 2 };
export const making = signal<Making>(PAIRS);

const MINUTES = [3, 5, 8, 10, 12, 15, 20, 25, 30, 45, 60] as const;

/** How long the rooms are open. */
export function TimeField() {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{t("board.plan.time")}</label>
      <select id={id} class="input" name="minutes" value={minutes.value ?? ""} onChange={(event) => (minutes.value = Number(event.currentTarget.value) || null)}>
        <option value="">{t("board.plan.noEnd")}</option>
        {MINUTES.map((count) => (
          <option key={count} value={count}>
            {t("board.plan.minutes", { count })}
          </option>
        ))}
      </select>
    </div>
  );
}

const LATE = ["ask", "smallest"] as const satisfies readonly Board["late"][];

/** What becomes of people who come while the rooms are open. */
export function LateField() {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{t("board.plan.late")}</label>
      <select id={id} class="input" name="late" value={late.value} onChange={(event) => (late.value = event.currentTarget.value as Board["late"])}>
        {LATE.map((one) => (
          <option key={one} value={one}>
            {t(`board.plan.late_${one}`)}
          </option>
        ))}
      </select>
    </div>
  );
}
