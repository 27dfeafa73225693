/** What the server is asked without a seat: what stands behind a link, and which link a spoken code opens. */

import type { CodeAnswer, LinkAnswer, LinkOpen } from "./model";

/** Longer is not waiting any more, it is wondering. */
export const UNREACHABLE_MS = 12_000;

export async function lookAtLink(token: string): Promise<LinkAnswer> {
  const response = await post("/api/v1/link", { token });
  if (response === null || isBusy(response)) return unanswered(response);
  return response.ok ? { ok: true, link: (await response.json()) as LinkOpen } : { ok: false, reason: "bad_link" };
}

export async function spendCode(code: string): Promise<CodeAnswer> {
  const response = await post("/api/v1/code", { code });
  if (response === null || isBusy(response)) return unanswered(response);
  return response.ok ? { ok: true, token: ((await response.json()) as { token: string }).token } : { ok: false, reason: "wrong" };
}

/** The same link may be asked again later. */
const isBusy = (response: Response): boolean => response.status >= 500 || response.status === 429;

const unanswered = (response: Response | null) =>
  ({ ok: false, reason: response?.status === 429 ? "too_many" : "unreachable" }) as const;

async function post(path: string, body: object): Promise<Response | null> {
  try {
    return await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(UNREACHABLE_MS),
    });
  } catch {
    return null;
  }
}
