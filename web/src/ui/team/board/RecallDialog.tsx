import { Clock3, Undo2 } from "lucide";

import { t } from "../../../i18n";
import type { SessionStore } from "../../../session/model";
import { Dialog } from "../../Dialog";
import { askThen } from "../acting";
import { Choice } from "../Choice";
import { Trouble } from "../Trouble";

/** Seconds of warning. */
const WARNINGS = [
  [60, "board.recallIn", "board.recallNote"],
  [10, "board.recallSoon", "board.recallSoonNote"],
] as const;

export function RecallDialog({ store, onClose }: { store: SessionStore; onClose: () => void }) {
  const recall = (seconds: number) => askThen(store, { type: "recall_rooms", seconds }, onClose);
  return (
    <Dialog title={t("board.recall")} onClose={onClose}>
      <Trouble />
      <div class="choices">
        {WARNINGS.map(([seconds, words, note]) => (
          <Choice key={seconds} icon={Clock3} action={`recall-${seconds}`} words={t(words)} note={t(note)} onClick={() => recall(seconds)} />
        ))}
        <Choice icon={Undo2} action="recall-now" words={t("board.recallNow")} note={t("board.recallNowNote")} onClick={() => recall(0)} />
      </div>
    </Dialog>
  );
}
