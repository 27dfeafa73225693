import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";

import { t } from "../../i18n";
import { type Kept, keep, kept } from "../../session/kept";
import type { LinkOpen, SessionStore } from "../../session/model";
import { AgreementStep } from "./AgreementStep";
import { CheckStep } from "./CheckStep";
import { DevicesStep } from "./DevicesStep";
import { EnterStep } from "./EnterStep";
import { NameStep } from "./NameStep";
import { type DoorStep, knownName, stepsFor } from "./steps";

/** What a step is given. It settles its one thing, then calls `onDone`. */
export interface StepProps {
  is: DoorStep;
  store: SessionStore;
  link: LinkOpen;
  token: string;
  name: string;
  /** The server did not take this name. */
  nameRefused: boolean;
  onName: (name: string) => void;
  /** The last step's button joins. */
  last: boolean;
  joining: boolean;
  progress: string | null;
  onDone: () => void;
  /** Another name than the one that is known; not offered with a fixed alias. */
  onRename: (() => void) | null;
}

const STEPS: Record<DoorStep, FunctionComponent<StepProps>> = {
  name: NameStep,
  agreement: AgreementStep,
  devices: DevicesStep,
  check: CheckStep,
  enter: EnterStep,
};

interface Props {
  store: SessionStore;
  link: LinkOpen;
  token: string;
  /** SHA-256 of the token: under it this browser remembers the person. "" where browsers cannot say it. */
  known: string;
}

/** The steps from a link to the tap that joins. */
export function Door({ store, link, token, known }: Props) {
  const [remembered] = useState<Kept>(() => kept(known));
  const [name, setName] = useState(() => knownName(link, remembered));
  const [steps, setSteps] = useState(() => stepsFor(link, remembered));
  const [at, setAt] = useState(0);
  const [agreed, setAgreed] = useState(false);
  const joining = store.phase.value === "joining";
  const nameRefused = store.phase.value === "refused" && store.notice.value === "bad_name";

  const rename = () => {
    setSteps(["name", ...steps.filter((step) => step !== "name")]);
    setAt(0);
  };
  useEffect(() => {
    if (nameRefused) rename();
  }, [nameRefused]);

  const step = steps[at]!;
  const last = at === steps.length - 1;
  const done = () => {
    if (joining) return;
    if (step === "agreement") setAgreed(true);
    if (!last) return setAt(at + 1);
    keep(known, { name: link.fixed ? null : name, checked: remembered.checked || steps.includes("check") });
    const accepted = agreed || step === "agreement";
    void store.join({ token, name, agreement: accepted ? (link.agreement?.version ?? null) : null });
  };
  const Step = STEPS[step];
  return (
    <Step
      // Each step is a page of its own: its heading takes the focus, and nothing of it is loaded before.
      key={step}
      is={step}
      store={store}
      link={link}
      token={token}
      name={name}
      nameRefused={nameRefused}
      onName={setName}
      last={last}
      joining={joining}
      progress={steps.length > 1 ? t("door.step", { step: at + 1, steps: steps.length }) : null}
      onDone={done}
      onRename={link.fixed || step === "name" ? null : rename}
    />
  );
}
