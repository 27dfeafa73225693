import { t } from "../i18n";

/** Three doorways, one with the light on. */
export function Mark() {
  return (
    <span class="mark">
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <path class="wall" d="M2 28V17a4 4 0 0 1 8 0v11z" />
        <path class="lit" d="M12 28V10a4 4 0 0 1 8 0v18z" />
        <path class="wall" d="M22 28V17a4 4 0 0 1 8 0v11z" />
      </svg>
      {t("app.name")}
    </span>
  );
}
