import { t } from "../i18n";
import type { Figure, SessionStore } from "../session/model";
import { useHeadingFocus } from "../ui/hooks";
import { Mark } from "../ui/Mark";

const COLUMNS = ["code", "here", "up", "down", "upLoss", "downLoss", "jitter"] as const;

/** Support: how well connections carry, each by a code. No names, no rooms, no media. */
export function Figures({ store }: { store: SessionStore }) {
  const heading = useHeadingFocus();
  const figures = store.figures.value;
  if (!figures) return null;
  return (
    <main class="page figures">
      <Mark />
      <div>
        <h1 ref={heading} tabIndex={-1}>
          {t("figures.title")}
        </h1>
        <p class="soft">{t("figures.lead")}</p>
      </div>
      {store.phase.value === "reconnecting" && <p role="status">{t("room.reconnecting")}</p>}
      {figures.people.length === 0 ? (
        <p class="soft">{t("figures.empty")}</p>
      ) : (
        <table class="figures-table">
          <thead>
            <tr>
              {COLUMNS.map((column) => (
                <th key={column} scope="col">
                  {t(`figures.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {figures.people.map((figure) => (
              <Line key={figure.code} figure={figure} />
            ))}
          </tbody>
        </table>
      )}
      <button type="button" class="button" data-action="leave" onClick={() => store.leave()}>
        {t("figures.leave")}
      </button>
    </main>
  );
}

function Line({ figure }: { figure: Figure }) {
  const cells = wordsOf(figure);
  return (
    <tr data-here={figure.here}>
      <th scope="row">{figure.code}</th>
      {COLUMNS.slice(1).map((column, index) => (
        <td key={column} data-label={t(`figures.${column}`)}>
          {cells[index]}
        </td>
      ))}
    </tr>
  );
}

/** In the order of the columns after the code. Losses are shares of packets, 0..1. */
function wordsOf(figure: Figure): string[] {
  if (!figure.here) return [t("figures.no"), ...COLUMNS.slice(2).map(() => t("figures.none"))];
  const whole = (value: number) => Math.round(value).toLocaleString();
  const percent = (share: number) => (share * 100).toLocaleString(undefined, { maximumFractionDigits: 1 });
  return [
    t("figures.yes"),
    t("figures.kbps", { value: whole(figure.up_kbps) }),
    t("figures.kbps", { value: whole(figure.down_kbps) }),
    t("figures.percent", { value: percent(figure.up_loss) }),
    t("figures.percent", { value: percent(figure.down_loss) }),
    t("figures.ms", { value: whole(figure.jitter_ms) }),
  ];
}
