import { afterEach, expect, test, vi } from "vitest";
import { fakeWindow } from "./fakeStorage";
import { adoptToken, takeToken } from "./token";

/** Opens an address in a tab; `shown` is what its history holds then. */
function tab(stored: Record<string, string> = {}) {
  const made = fakeWindow({}, stored);
  vi.stubGlobal("window", made);
  const shown: string[] = [];
  const history = { replaceState: (_data: unknown, _title: string, to?: string | URL | null) => shown.push(String(to)) };
  const open = (address: string) => takeToken(new URL(address, "https://there") as unknown as Location, history);
  return { open, shown, history, kept: () => made.sessionStorage.all() };
}

afterEach(() => vi.unstubAllGlobals());

test("a link's token leaves the address bar and stays for a reload", () => {
  const { open, shown, kept } = tab();
  expect(open("/join#secret-token")).toBe("secret-token");
  expect(shown).toEqual(["/join"]);
  expect(tab(kept()).open("/join")).toBe("secret-token");
});

test("the phone's link and the group's link do not mix in one tab", () => {
  const { open } = tab({ "kinroom.token": "group-token" });
  expect(open("/standby#phone-token")).toBe("phone-token");
  expect(open("/join")).toBe("group-token");
});

test("where a code is typed, the last link of this tab does not count", () => {
  expect(tab({ "kinroom.token": "group-token" }).open("/j")).toBe("");
});

test("no link, no token", () => {
  expect(tab().open("/join")).toBe("");
});

test("a spent code leads on as if its link had been opened", () => {
  const { open, shown, history } = tab();
  adoptToken("from-a-code", history);
  expect(shown).toEqual(["/join"]);
  expect(open("/join")).toBe("from-a-code");
});

test("without storage the token of the address still works", () => {
  vi.stubGlobal("window", { get sessionStorage() { throw new DOMException("off", "SecurityError"); } });
  const history = { replaceState: () => undefined };
  expect(takeToken({ hash: "#secret-token", pathname: "/join" }, history)).toBe("secret-token");
  expect(takeToken({ hash: "", pathname: "/join" }, history)).toBe("");
});
