/** What can be tried without a seat: the server, messages to it and back, and this browser's own media. */

import type { Reached } from "./findings";

const PATIENCE_MS = 8000;
const TRIES = 3;

export async function reach(stream: MediaStream | null): Promise<Reached> {
  const [server, messages, media] = await Promise.all([roundTrip(), talk(), loop(stream)]);
  return { server, messages, media };
}

/** The fastest of a few: the first one also opens the connection. */
async function roundTrip(): Promise<number | null> {
  const times: number[] = [];
  for (let n = 0; n < TRIES; n++) {
    const began = performance.now();
    const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => null);
    if (answer?.ok) times.push(performance.now() - began);
  }
  return times.length > 0 ? Math.round(Math.min(...times)) : null;
}

/** A message and its answer. Whoever has no seat is told so, which is an answer. */
function talk(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws`);
    const over = (answered: boolean): void => {
      clearTimeout(timer);
      resolve(answered);
      socket.close();
    };
    const timer = setTimeout(() => over(false), PATIENCE_MS);
    socket.onopen = () => socket.send(JSON.stringify({ type: "ping", id: 1 }));
    socket.onmessage = () => over(true);
    socket.onerror = () => over(false);
  });
}

/** From one end to another inside this page; null: there is nothing to send. */
async function loop(stream: MediaStream | null): Promise<boolean | null> {
  if (!stream) return null;
  if (typeof RTCPeerConnection === "undefined") return false;
  const [here, there] = [new RTCPeerConnection(), new RTCPeerConnection()];
  try {
    here.onicecandidate = ({ candidate }) => void there.addIceCandidate(candidate ?? undefined).catch(() => undefined);
    there.onicecandidate = ({ candidate }) => void here.addIceCandidate(candidate ?? undefined).catch(() => undefined);
    for (const track of stream.getTracks()) here.addTrack(track, stream);
    await here.setLocalDescription();
    await there.setRemoteDescription(here.localDescription!);
    await there.setLocalDescription();
    await here.setRemoteDescription(there.localDescription!);
    return await arrives(there, stream.getTracks().length);
  } catch {
    return false;
  } finally {
    here.close();
    there.close();
  }
}

/** Every track: pictures that were decoded, sound that came. */
async function arrives(there: RTCPeerConnection, tracks: number): Promise<boolean> {
  const until = performance.now() + PATIENCE_MS;
  while (performance.now() < until) {
    const stats = [...(await there.getStats()).values()] as { type: string; kind?: string; framesDecoded?: number; packetsReceived?: number }[];
    const came = stats.filter((one) => one.type === "inbound-rtp" && (one.kind === "video" ? one.framesDecoded : one.packetsReceived));
    if (came.length >= tracks) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}
