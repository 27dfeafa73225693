import { Phone } from "lucide";

import { t } from "../../i18n";
import { Icon } from "../Icon";
import { dial } from "../numbers";

/** The programme's number and the crisis line, which a phone dials at a tap. */
export function Phones({ numbers }: { numbers: Numbers }) {
  return (
    <p class="phones">
      {[numbers.practice, numbers.crisis].filter(Boolean).map((number) => (
        <a key={number} class="button" href={dial(number)}>
          <Icon of={Phone} />
          {t("aid.call", { number })}
        </a>
      ))}
    </p>
  );
}
import type { Numbers } from "../../session/model";
