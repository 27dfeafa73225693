/** The address of the development page as a scene. */

import type { DeviceAnswer, Notice, Phase } from "../session/model";
import { type Told, told } from "./scenes";

/** What the address may say: ?scene=covered&people=9&phase=inRoom&... */
export interface Scene {
  told: Told;
  people: number;
  phase: Phase;
  notice: Notice | null;
  /** The answer to requestDevices. */
  devices: DeviceAnswer;
  link: "ok" | "bad_link" | "unreachable";
  role: "participant" | "facilitator";
  shared: boolean;
  sharing: boolean;
  blocked: boolean;
  stalled: boolean;
  limit: number;
  /** Pictures moving at this rate; 0 for none at all. */
  fps: number;
  /** Show every state somewhere: away, stopped, waiting, off. */
  mixed: boolean;
  phone: boolean;
}

export function sceneFrom(query: URLSearchParams): Scene {
  const number = (key: string, standard: number) => Number(query.get(key) ?? standard);
  const name = query.get("scene");
  const scene = told(name, Date.now() / 1000);
  return {
    told: scene,
    people: number("people", scene.count ?? 9),
    phase: (query.get("phase") ?? scene.phase ?? (name === null ? "idle" : "inRoom")) as Phase,
    notice: query.get("notice") as Notice | null,
    devices: (query.get("devices") ?? "ok") as DeviceAnswer,
    link: (query.get("link") ?? "ok") as Scene["link"],
    role: scene.facilitator || query.get("role") === "facilitator" ? "facilitator" : "participant",
    shared: query.has("shared"),
    sharing: query.has("sharing"),
    blocked: query.has("blocked"),
    stalled: query.has("stalled"),
    limit: number("limit", Infinity),
    fps: number("fps", 8),
    mixed: query.has("mixed"),
    phone: query.has("phone"),
  };
}
