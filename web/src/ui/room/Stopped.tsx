import { MicOff, ScreenShareOff, VideoOff, type IconNode } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";

import { t } from "../../i18n";
import type { Me, Person, SessionStore } from "../../session/model";
import { facilitator, nameOf } from "../staff";
import { shout } from "../urgent";
import { Card } from "./Card";

type What = "microphone" | "camera" | "screen";

const ICONS: Readonly<Record<What, IconNode>> = { microphone: MicOff, camera: VideoOff, screen: ScreenShareOff };

/** What a facilitator has stopped of mine now. Pure. */
export function stoppedOf(mine: Me | null): What[] {
  if (!mine) return [];
  const muted = mine.muted && mine.muted_by !== null ? (["microphone"] as const) : [];
  return [...muted, ...(["camera", "screen"] as const).filter((source) => mine.stopped.includes(source))];
}

function words(what: What, mine: Me, people: readonly Person[], staff: string): string {
  const name = what === "microphone" ? nameOf(people, mine.muted_by, staff) : staff;
  if (what === "camera") return t("mod.video", { name });
  if (what === "screen") return t("mod.share", { name });
  return t(mine.may.includes("microphone") ? "mod.mutedSoft" : "mod.muted", { name });
}

/** "Ana muted your microphone.": said once and shown until it is over or put aside. */
export function Stopped({ store }: { store: SessionStore }) {
  const mine = store.mine.value;
  const now = stoppedOf(mine);
  const before = useRef<readonly What[]>(now);
  const [aside, setAside] = useState<readonly What[]>([]);
  const staff = facilitator(store.people.value, store.roomView.value) || t("aid.somebody");
  useEffect(() => {
    const fresh = now.filter((what) => !before.current.includes(what));
    for (const what of fresh) shout(words(what, mine!, store.people.peek(), staff));
    before.current = now;
    setAside((old) => old.filter((what) => now.includes(what)));
  }, [now.join()]);
  if (!mine) return null;
  return (
    <>
      {now
        .filter((what) => !aside.includes(what))
        .map((what) => (
          <Card key={what} icon={ICONS[what]} title={words(what, mine, store.people.value, staff)} name={`stopped-${what}`}>
            <div class="card-actions">
              {what === "microphone" && !mine.may.includes(what) && <RaiseHand store={store} />}
              <button type="button" class="button" onClick={() => setAside([...aside, what])}>
                {t("mod.ok")}
              </button>
            </div>
          </Card>
        ))}
    </>
  );
}

function RaiseHand({ store }: { store: SessionStore }) {
  if (store.people.value.some((person) => person.me && person.hand !== null)) return null;
  return (
    <button type="button" class="button" onClick={() => void store.act({ type: "raise_hand" })}>
      {t("controls.hand")}
    </button>
  );
}
