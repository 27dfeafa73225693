import { t } from "../../i18n";
import type { StepProps } from "./Door";
import { Frame } from "./Frame";
import { MirrorPlace, useAsked } from "./Mirror";
import { ComingAs, NoRecording, Onward } from "./parts";

/** Camera and microphone: asked for, seen, chosen. Everybody may go on without them. */
export function DevicesStep(step: StepProps) {
  const { store, token, progress, onDone } = step;
  // Where it is the only step, it is the whole door.
  const alone = progress === null;
  const [asked, ask] = useAsked(store);
  const refused = asked === "denied" || asked === "none";
  const primary = asked === "ok" || refused;
  return (
    <Frame step={step} title={t(alone ? "join.title" : "door.devices")} kind="mirror">
      <section class="mirror-place" aria-label={t("door.devices")}>
        <MirrorPlace store={store} asked={asked} ask={ask} link={`${location.origin}/join#${token}`} />
      </section>
      {asked !== "insecure" && (
        <form class="join-form" onSubmit={(event) => (event.preventDefault(), onDone())}>
          <p class="soft">{t(alone ? "join.lead" : "door.devicesLead")}</p>
          <ComingAs step={step} />
          <div class="join-actions">
            <Onward step={step} primary={primary} label={joinWords(step, asked)} />
            {listensOnly(step) && primary && <p class="small soft">{t("join.listenOnly")}</p>}
          </div>
          <NoRecording />
        </form>
      )}
    </Frame>
  );
}

const listensOnly = ({ store }: StepProps): boolean => !store.cameraOn.value && store.microphone.value === "none";

/** What the tap means with the devices that are on now. */
export function joinWords(step: StepProps, asked: string): string {
  if (step.store.cameraOn.value || asked === "ok") return t("join.join");
  if (step.store.microphone.value !== "none" || asked === "denied" || asked === "none") return t("join.withoutCamera");
  return t("join.withoutBoth");
}
