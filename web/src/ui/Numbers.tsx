import { callable } from "./numbers";

/** Words with numbers to call in them: on a phone one tap calls. */
export function WithNumbers({ text, numbers }: { text: string; numbers: readonly string[] }) {
  return (
    <>
      {callable(text, numbers).map((piece) =>
        typeof piece === "string" ? (
          piece
        ) : (
          <a class="number" href={piece.href}>
            {piece.number}
          </a>
        ),
      )}
    </>
  );
}
