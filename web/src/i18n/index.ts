/** Every word on screen comes from here; see locales/. */

import i18next from "i18next";

import board from "./locales/en/board.json";
import common from "./locales/en/common.json";
import door from "./locales/en/door.json";
import ends from "./locales/en/ends.json";
import pairs from "./locales/en/pairs.json";
import room from "./locales/en/room.json";
import safety from "./locales/en/safety.json";
import selfTest from "./locales/en/selfTest.json";
import team from "./locales/en/team.json";
import thrift from "./locales/en/thrift.json";

const en = { ...common, ...door, ...room, ...safety, ...team, ...ends, ...pairs, ...board, ...selfTest, ...thrift };

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
    returnNull: false;
  }
}

void i18next.init({
  lng: "en",
  fallbackLng: "en",
  resources: { en: { translation: en } },
  initAsync: false,
  interpolation: { escapeValue: false }, // Preact escapes
});

const look = i18next.t as (key: string, options?: object) => string;
const plain = new Map<string, string>();
i18next.on("languageChanged", () => plain.clear());

function remember(key: string): string {
  const words = look(key);
  plain.set(key, words);
  return words;
}

/** Words without a name or a number in them are looked up once: a room asks for a hundred of them at each change. */
export const t = ((key: string, options?: object) =>
  options === undefined ? (plain.get(key) ?? remember(key)) : look(key, options)) as typeof i18next.t;

/** "Sam", "Sam and Ana", "Sam and 3 others". */
export function listOfNames(names: readonly string[]): string {
  if (names.length <= 1) return names[0] ?? "";
  if (names.length === 2) return t("names.two", { first: names[0]!, second: names[1]! });
  return t("names.more", { first: names[0]!, count: names.length - 1 });
}
