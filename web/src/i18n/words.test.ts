/** No word lies in the files that no page says. */

import { expect, it } from "vitest";

const files = import.meta.glob<string>(["../**/*.{ts,tsx}", "!../**/*.test.ts", "!../**/*.gen.ts"], {
  query: "?raw",
  import: "default",
  eager: true,
});
const locales = import.meta.glob<object>("./locales/en/*.json", { import: "default", eager: true });

function keys(words: object, before = ""): string[] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === "object" && !Array.isArray(value) ? keys(value as object, `${before}${key}.`) : [`${before}${key}`],
  );
}

it("has no word that nothing says", () => {
  const all = Object.values(files).join("\n");
  const said = new Set([...all.matchAll(/"([\w.-]+)"/g)].map((match) => match[1]!));
  // `team.call.${kind}` says each word of that group.
  const groups = [...all.matchAll(/`([\w.-]+(?:\$\{[^}]*\}[\w.-]*)+)`/g)].map(
    (match) => new RegExp(`^${match[1]!.replaceAll(".", "\\.").replace(/\$\{[^}]*\}/g, "[\\w-]+")}$`),
  );
  const written = Object.values(locales).flatMap((words) => keys(words)).map((key) => key.replace(/_(one|other)$/, ""));
  const unused = new Set(written.filter((key) => !said.has(key) && !groups.some((group) => group.test(key))));
  expect([...unused]).toEqual([]);
});
