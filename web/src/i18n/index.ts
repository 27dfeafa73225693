/** Every word on screen comes from here; see locales/. */

import i18next from "i18next";

import en from "./locales/en.json";

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

export const t = i18next.t;

/** "Sam", "Sam and Ana", "Sam and 3 others". */
export function listOfNames(names: readonly string[]): string {
  if (names.length <= 1) return names[0] ?? "";
  if (names.length === 2) return t("names.two", { first: names[0]!, second: names[1]! });
  return t("names.more", { first: names[0]!, count: names.length - 1 });
}
