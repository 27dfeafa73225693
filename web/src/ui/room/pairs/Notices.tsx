import { DoorOpen, Eye, Megaphone, X } from "lucide";
import { useState } from "preact/hooks";

import { t } from "../../../i18n";
import type { Said, SessionStore } from "../../../session/model";
import { Icon } from "../../Icon";
import { Countdown, usePast } from "../Clock";
import { leftWords } from "./words";

// Long enough to read a few lines twice; in the chat it stays.
const SHOWN_FOR = 20; // seconds

/** A facilitator who is about to come, sees the room, or speaks to all. */
export function PairNotices({ store }: { store: SessionStore }) {
  const room = store.roomView.value;
  if (!room) return null;
  const others = room.broadcast?.by !== store.me.value ? room.broadcast : null;
  return (
    <>
      {room.coming.map(({ name, at }) => (
        <p key={`${name}/${at}`} class="banner" data-kind="coming">
          <Icon of={DoorOpen} />
          {t("pairs.coming", { name })}
        </p>
      ))}
      {room.watched.map(({ name, until }, i) => (
        <p key={i} class="banner" data-kind="seen">
          <Icon of={Eye} />
          {t("pairs.seen", { name })}
          <Countdown until={until} now={() => store.serverNow()} label={t("pairs.timeLeft")} words={leftWords} />
        </p>
      ))}
      {others && (
        <p class="banner" data-kind="everyone">
          <Icon of={Megaphone} />
          {t("pairs.speaking", { name: others.name })}
        </p>
      )}
      <LineToAll store={store} />
    </>
  );
}

/** The last line to everyone, for a while; null for who wrote it. Pure. */
export function lastToAll(lines: readonly Said[], me: string | null): Said | null {
  const line = lines.findLast(({ to }) => to === "everyone");
  return line && line.who !== me ? line : null;
}

function LineToAll({ store }: { store: SessionStore }) {
  const line = lastToAll(store.lines.value, store.me.value);
  const [closed, setClosed] = useState(-Infinity);
  const past = usePast(line && line.at > closed ? line.at + SHOWN_FOR : null, () => store.serverNow());
  if (!line || past || line.at <= closed) return null;
  return (
    <div class="banner to-all" data-kind="to-all">
      <Icon of={Megaphone} />
      <p>
        <span class="soft">{t("pairs.toAllFrom", { name: line.name })}</span> {line.text}
      </p>
      <button type="button" class="round" aria-label={t("pairs.close")} data-action="close-line" onClick={() => setClosed(line.at)}>
        <Icon of={X} />
      </button>
    </div>
  );
}
