import { useSignal, useSignalEffect } from "@preact/signals";
import { Volume2 } from "lucide";
import { useEffect, useState } from "preact/hooks";

import { t } from "../../i18n";
import { playTone } from "../../media/tone";
import { DeviceFold, HEARD_AT, LevelMeter } from "../../ui/Devices";
import { Icon } from "../../ui/Icon";
import { MirrorPlace, useAsked } from "../door/Mirror";
import { Answers, Skip } from "./Answers";
import type { StepProps } from "./Check";
import type { Verdict } from "./findings";

export function CameraStep({ store, onFound, onDone }: StepProps) {
  const [asked, ask] = useAsked(store);
  const settle = (camera: Verdict) => {
    const { width, height } = store.preview.value?.getVideoTracks()[0]?.getSettings() ?? {};
    onFound({ camera, size: width && height ? `${width} x ${height}` : "" });
    onDone();
  };
  const waits = asked === "not yet" || asked === "asking";
  return (
    <div class="check-card">
      <section class="mirror-place" aria-label={t("selfTest.camera.name")}>
        <MirrorPlace store={store} asked={asked} ask={ask} link={location.href} />
      </section>
      {asked === "ok" ? (
        <Answers yes={t("selfTest.camera.yes")} no={t("selfTest.camera.no")} help={t("selfTest.camera.help")} onAnswer={settle} />
      ) : (
        <Skip onSkip={() => settle(waits ? "skipped" : "no")} />
      )}
    </div>
  );
}

/** Nobody has to judge a bar: the page says when it has heard something. */
export function MicrophoneStep({ store, onFound, onDone }: StepProps) {
  const heard = useSignal(false);
  useSignalEffect(() => {
    if (store.micLevel.value > HEARD_AT) heard.value = true;
  });
  useEffect(() => {
    if (store.microphone.value === "none") void store.requestDevices({ camera: false, microphone: true });
    else if (store.muted.value) void store.setMuted(false);
  }, []);
  const settle = (microphone: Verdict) => {
    onFound({ microphone });
    onDone();
  };
  return (
    <div class="check-card">
      <p>{t("selfTest.microphone.lead")}</p>
      <LevelMeter store={store} />
      <DeviceFold store={store} />
      {heard.value ? (
        <button type="button" class="button primary onward" data-action="yes" onClick={() => settle("yes")}>
          {t("selfTest.goOn")}
        </button>
      ) : (
        <Answers yes={t("selfTest.microphone.yes")} no={t("selfTest.microphone.no")} help={t("selfTest.microphone.help")} onAnswer={settle} />
      )}
    </div>
  );
}

export function SpeakerStep({ store, onFound, onDone }: StepProps) {
  const [played, setPlayed] = useState(false);
  const play = () => {
    setPlayed(true);
    void playTone(store.output.value);
  };
  const settle = (speaker: Verdict) => {
    onFound({ speaker });
    onDone();
  };
  return (
    <div class="check-card">
      <p>{t("selfTest.speaker.lead")}</p>
      <button type="button" class={played ? "button" : "button primary onward"} data-action="tone" onClick={play}>
        <Icon of={Volume2} />
        {t(played ? "door.toneAgain" : "door.tone")}
      </button>
      {played ? (
        <Answers yes={t("selfTest.speaker.yes")} no={t("selfTest.speaker.no")} help={t("selfTest.speaker.help")} onAnswer={settle} />
      ) : (
        <Skip onSkip={() => settle("skipped")} />
      )}
    </div>
  );
}
