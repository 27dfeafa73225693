/** Small pure pieces of what tiles say. */

/** Up to two letters for the window of somebody whose camera is off. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const letters = words.length > 1 ? [words[0]!, words[words.length - 1]!] : words;
  return letters.map((word) => [...word][0]!.toLocaleUpperCase()).join("");
}

/** One of `kinds` window colours; the same person always has the same. */
export function windowColour(id: string, kinds: number): number {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.codePointAt(0)!) % 65521;
  return sum % kinds;
}

/** Milliseconds as 0:12, or 1:02:03 from an hour on. */
export function clock(duration: number): string {
  const seconds = Math.max(0, Math.floor(duration / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
