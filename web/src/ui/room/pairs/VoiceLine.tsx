import type { SessionStore } from "../../../session/model";
import { areRoomsOpen } from "./open";
import { voiceWords } from "./words";

/** To facilitators, wherever there is more than one place to be heard. */
export function hasVoiceLine(store: SessionStore): boolean {
  if (store.team.value === null || store.voice.value === null) return false;
  return areRoomsOpen(store) || store.voice.value.where !== "main";
}

/** "Your voice: Pair 2": a voice goes to exactly one place, and this is it. Beside the microphone. */
export function VoiceLine({ store, id }: { store: SessionStore; id?: string }) {
  if (!hasVoiceLine(store)) return null;
  const groups = store.roomView.value?.groups ?? store.board.value?.groups ?? null;
  return (
    <p class="voice-line" id={id} data-where={store.voice.value!.where}>
      {voiceWords(store.voice.value!, groups, store.muted.value)}
    </p>
  );
}
