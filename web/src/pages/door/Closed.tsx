import { t } from "../../i18n";
import type { Numbers } from "../../session/model";
import { useSeconds } from "../../ui/hooks";
import { Phones } from "../../ui/room/Phones";
import { whenOf } from "../../ui/when";
import { Quiet } from "../Notice";
import { asksToCall, type Shut, shutWords } from "./shut";

interface Props {
  shut: Shut;
  /** Start of the next session, seconds since 1970. */
  next: number | null;
  numbers: Numbers | null;
  /** Asks again; not offered where only a call helps. */
  onAgain: (() => unknown) | null;
}

/** The door is closed for now: said kindly, with when it opens or whom to call. */
export function Closed({ shut, next, numbers, onAgain }: Props) {
  const now = useSeconds(next !== null);
  const number = numbers?.practice || t("door.yourPractice");
  const when = next === null ? null : whenOf(next, now);
  const words = shutWords(shut, when !== null);
  return (
    <Quiet title={t(`door.${words}.title`)}>
      <p>{t(`door.${words}.text`, { when: when ?? "", number })}</p>
      {numbers && asksToCall(words) && <Phones numbers={numbers} />}
      {onAgain && (
        <button type="button" class="button primary" data-action="again" onClick={onAgain}>
          {t("notice.tryAgain")}
        </button>
      )}
    </Quiet>
  );
}
