/** Asking the browser for camera, microphone and screen; its many ways to say no become five answers. */

import type { DeviceAnswer } from "../session/model";
import { thisMachine } from "./machine";

export interface Captured {
  readonly answer: DeviceAnswer;
  readonly stream: MediaStream | null;
}

const AUDIO: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
/** What a strong machine encodes in three sizes, and any other in two. */
const LARGE: MediaTrackConstraints = { width: { ideal: 1280 }, height: { ideal: 720 } };
const SMALL: MediaTrackConstraints = { width: { ideal: 640 }, height: { ideal: 360 } };
/** Slides and documents: sharp before smooth. */
const SCREEN: MediaTrackConstraints = { width: { max: 1920 }, height: { max: 1080 }, frameRate: { ideal: 10, max: 15 } };
/** Music and films as they are, but nobody hears their own voice come back out of it. */
const SCREEN_SOUND: MediaTrackConstraints & { restrictOwnAudio: boolean } = {
  echoCancellation: false,
  noiseSuppression: false,
  autoGainControl: false,
  channelCount: 2,
  restrictOwnAudio: true,
};

export const audioConstraints = (device: string | null): MediaTrackConstraints =>
  device === null ? AUDIO : { ...AUDIO, deviceId: { exact: device } };

export function videoConstraints(device: string | null, facing: "user" | "environment" | null): MediaTrackConstraints {
  const video = { ...(thisMachine().strong ? LARGE : SMALL), frameRate: { ideal: 24, max: 30 } };
  if (device !== null) return { ...video, deviceId: { exact: device } };
  return { ...video, facingMode: { ideal: facing ?? "user" } };
}

/** Not everything that browsers throw here is an Error: an OverconstrainedError may be of its own kind. */
const nameOf = (error: unknown): string => (error as { name?: string } | null)?.name ?? "";

export function answerOf(error: unknown): DeviceAnswer {
  const name = nameOf(error);
  return name === "NotAllowedError" || name === "SecurityError" || name === "InvalidStateError" ? "denied" : "none";
}

/** What stands in the way before anybody is asked, or null. */
export function obstacle(): DeviceAnswer | null {
  if (!window.isSecureContext) return "insecure";
  const devices = navigator.mediaDevices as Partial<MediaDevices> | undefined;
  return devices?.getUserMedia ? null : "unsupported";
}

export async function capture(constraints: MediaStreamConstraints): Promise<Captured> {
  const stands = obstacle();
  if (stands) return { answer: stands, stream: null };
  try {
    return { answer: "ok", stream: await navigator.mediaDevices.getUserMedia(constraints) };
  } catch (error) {
    // The chosen device is not there any more; any other will do.
    if (nameOf(error) === "OverconstrainedError" && isChosen(constraints)) return capture(unchosen(constraints));
    return { answer: answerOf(error), stream: null };
  }
}

const isChosen = ({ audio, video }: MediaStreamConstraints): boolean =>
  [audio, video].some((kind) => typeof kind === "object" && "deviceId" in kind);

const unchosen = ({ audio, video }: MediaStreamConstraints): MediaStreamConstraints => ({
  ...(audio && { audio: withoutDevice(audio, AUDIO) }),
  ...(video && { video: withoutDevice(video, videoConstraints(null, null)) }),
});

const withoutDevice = (kind: MediaTrackConstraints | true, any: MediaTrackConstraints): MediaTrackConstraints | true =>
  typeof kind === "object" && "deviceId" in kind ? any : kind;

export const screenPossible = (): boolean =>
  typeof navigator !== "undefined" && window.isSecureContext && !!navigator.mediaDevices?.getDisplayMedia;

export async function captureScreen(): Promise<Captured> {
  if (!screenPossible()) return { answer: "unsupported", stream: null };
  try {
    return { answer: "ok", stream: await navigator.mediaDevices.getDisplayMedia({ video: SCREEN, audio: SCREEN_SOUND }) };
  } catch (error) {
    return { answer: answerOf(error), stream: null };
  }
}
