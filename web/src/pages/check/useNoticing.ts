import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { watchSurroundings } from "../../media/surroundings";
import type { SessionStore } from "../../session/model";
import { microphoneChange, noticing, type Noticed } from "./findings";

/** What the browser tells of while the page is open, and how to begin a new list. */
export function useNoticing(store: SessionStore): readonly [readonly Noticed[], () => void] {
  const [seen, setSeen] = useState<readonly Noticed[]>([]);
  const notice = (what: Noticed | null): void => void (what && setSeen((before) => noticing(before, what)));
  useEvents(notice);
  useTracks(store, notice);
  return [seen, () => setSeen([])];
}

type Notice = (what: Noticed | null) => void;

function useEvents(notice: Notice): void {
  useEffect(() => {
    const over = new AbortController();
    const { signal } = over;
    const unwatch = watchSurroundings({
      network: () => notice("online"),
      awake: () => undefined,
      slept: () => notice("slept"),
      hidden: (hidden) => notice(hidden ? "hidden" : "shown"),
    });
    window.addEventListener("offline", () => notice("offline"), { signal });
    matchMedia("(orientation: portrait)").addEventListener("change", () => notice("turned"), { signal });
    navigator.mediaDevices?.addEventListener("devicechange", () => notice("devices"), { signal });
    return () => (unwatch(), over.abort());
  }, []);
}

function useTracks(store: SessionStore, notice: Notice): void {
  const microphone = store.microphone.value;
  const before = useRef(microphone);
  // Not after the next picture is painted: on a slow machine "Done" may be pressed before that.
  useLayoutEffect(() => {
    notice(microphoneChange(before.current, microphone));
    before.current = microphone;
  }, [microphone]);

  const news = store.deviceNews.value;
  useEffect(() => {
    if (news?.source === "microphone" && news.became === "replaced") notice("micChanged");
    if (news?.source === "camera" && news.became === "stopped") notice("camStopped");
  }, [news]);

  const preview = store.preview.value;
  useEffect(() => {
    const track = preview?.getVideoTracks()[0];
    if (!track) return;
    const over = new AbortController();
    track.addEventListener("mute", () => notice("camTaken"), { signal: over.signal });
    track.addEventListener("unmute", () => notice("camBack"), { signal: over.signal });
    return () => over.abort();
  }, [preview]);
}
