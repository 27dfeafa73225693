/** Finds the numbers to call in a sentence. Pure. */

export interface Callable {
  readonly number: string;
  readonly href: string;
}

/** The sentence in pieces: words, and each of `numbers` wherever it stands. */
export function callable(text: string, numbers: readonly string[]): (string | Callable)[] {
  const known = numbers.filter((number) => /\d/.test(number)).sort((a, b) => b.length - a.length);
  if (known.length === 0) return [text];
  return text
    .split(new RegExp(`(${known.map(literally).join("|")})`))
    .filter((piece) => piece !== "")
    .map((piece) => (known.includes(piece) ? { number: piece, href: `tel:${piece.replace(/[^\d+*#]/g, "")}` } : piece));
}

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
