import { Volume2 } from "lucide";
import { useState } from "preact/hooks";

import { t } from "../../i18n";
import { playTone } from "../../media/tone";
import { Icon } from "../../ui/Icon";
import type { StepProps } from "./Door";
import { joinWords } from "./DevicesStep";
import { Frame } from "./Frame";
import { MirrorPlace, useAsked } from "./Mirror";
import { NoRecording, Onward } from "./parts";

/** A short try before the group: a tone to hear, a level to speak to, a picture to see. */
export function CheckStep(step: StepProps) {
  const { store, token, onDone } = step;
  const [asked, ask] = useAsked(store);
  const [played, setPlayed] = useState(false);
  const play = () => {
    setPlayed(true);
    void playTone(store.output.value);
  };
  return (
    <Frame step={step} title={t("door.check")} kind="mirror">
      <section class="mirror-place" aria-label={t("door.check")}>
        <MirrorPlace store={store} asked={asked} ask={ask} link={`${location.origin}/join#${token}`} />
      </section>
      <form class="join-form" onSubmit={(event) => (event.preventDefault(), onDone())}>
        <p>{t("door.checkLead")}</p>
        <button type="button" class="button" data-action="tone" onClick={play}>
          <Icon of={Volume2} />
          {t(played ? "door.toneAgain" : "door.tone")}
        </button>
        <p class="small soft" role="status">
          {played ? t("door.toneHelp") : ""}
        </p>
        <p class="small">
          {/* One page at a time may have the camera, on some phones. */}
          <a href={`/check#${token}`} target="_blank" rel="noopener" onClick={() => store.releaseDevices()}>
            {t("selfTest.fromDoor")}
          </a>{" "}
          {t("selfTest.fromDoorNote")}
        </p>
        <div class="join-actions">
          <Onward step={step} label={joinWords(step, asked)} />
        </div>
        <NoRecording />
      </form>
    </Frame>
  );
}
