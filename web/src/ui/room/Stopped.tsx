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

/** Whether what was stopped runs again. */
function isBack(what: What, store: SessionStore): boolean {
  if (what === "microphone") return !stoppedOf(store.mine.value).includes(what);
  return what === "camera" ? store.cameraOn.value : store.sharing.value;
}

/** "Ana muted your microphone.": said once, and shown until it runs again or is put aside. */
export function Stopped({ store }: { store: SessionStore }) {
  const mine = store.mine.value;
  const now = stoppedOf(mine);
  const before = useRef<readonly What[]>(now);
  // A stopped camera is let go at once, and then nothing is stopped any more: what happened has to be kept here.
  const [noted, setNoted] = useState<readonly What[]>(now);
  const staff = facilitator(store.people.value, store.roomView.value) || t("aid.somebody");
  useEffect(() => {
    const fresh = now.filter((what) => !before.current.includes(what));
    before.current = now;
    if (fresh.length === 0) return;
    for (const what of fresh) shout(words(what, mine!, store.people.peek(), staff));
    setNoted((old) => [...old.filter((what) => !fresh.includes(what)), ...fresh]);
  }, [now.join()]);
  if (!mine) return null;
  return (
    <>
      {noted
        // Being asked to speak is the newer word on a microphone.
        .filter((what) => !isBack(what, store) && !(what === "microphone" && mine.asked_by !== null))
        .map((what) => (
          <Card key={what} icon={ICONS[what]} title={words(what, mine, store.people.value, staff)} name={`stopped-${what}`}>
            <div class="card-actions">
              {!mine.may.includes(what) && <RaiseHand store={store} />}
              <button type="button" class="button" onClick={() => setNoted(noted.filter((one) => one !== what))}>
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
