import { useEffect, useState } from "preact/hooks";

import { t } from "../../i18n";
import type { SessionStore } from "../../session/model";
import { Dialog } from "../Dialog";
import { useSeconds } from "../hooks";
import { clock } from "../words";
import { ask } from "./acting";
import { qrDrawing } from "./qr";
import { Trouble } from "./Trouble";

type Made = { url: string; until: number } | "making" | "failed";

/** The way for one's phone to stand by: a code that works once, for two minutes. */
export function StandbyDialog({ store, onClose }: { store: SessionStore; onClose: () => void }) {
  const ready = store.mine.value?.standby ?? false;
  const [another, setAnother] = useState(false);
  const [before] = useState(ready);
  const shown = ready && !another;
  const sharing = store.sharing.value;
  return (
    <Dialog title={t("team.standby.title")} onClose={onClose}>
      <Trouble />
      {shown ? (
        <>
          <p role="status">{t("team.standby.ready")}</p>
          <div class="dialog-actions">
            <button type="button" class="button" data-action="drop-standby" onClick={() => void ask(store, { type: "drop_standby" })}>
              {t("team.standby.drop")}
            </button>
            {before && (
              <button type="button" class="button" onClick={() => setAnother(true)}>
                {t("team.standby.another")}
              </button>
            )}
            <button type="button" class="button primary" onClick={onClose}>
              {t("team.done")}
            </button>
          </div>
        </>
      ) : sharing ? (
        <>
          <p role="status">{t("team.standby.sharing")}</p>
          <button type="button" class="button primary" onClick={() => store.stopScreen()}>
            {t("room.stopSharing")}
          </button>
        </>
      ) : (
        <Code store={store} />
      )}
    </Dialog>
  );
}

function Code({ store }: { store: SessionStore }) {
  const [made, setMade] = useState<Made>("making");
  const make = () => {
    setMade("making");
    void store.makeStandby().then((answer) => setMade(answer ?? "failed"));
  };
  useEffect(make, []);
  useSeconds(typeof made === "object");
  const left = typeof made === "object" ? made.until - store.serverNow() : 0;
  return (
    <>
      <p>{t("team.standby.lead")}</p>
      {made === "failed" && <p role="alert">{t("team.standby.failed")}</p>}
      {typeof made === "object" && left > 0 && (
        <figure class="qr">
          <QrCode text={made.url} />
          <figcaption>
            <p>{t("team.standby.scan")}</p>
            <p class="small soft">{t("team.standby.left", { time: clock(left * 1000) })}</p>
          </figcaption>
        </figure>
      )}
      {typeof made === "object" && left <= 0 && <p role="status">{t("team.standby.over")}</p>}
      {(made === "failed" || (typeof made === "object" && left <= 0)) && (
        <button type="button" class="button primary" onClick={make}>
          {t("team.standby.again")}
        </button>
      )}
    </>
  );
}

/** Always dark on white: cameras do not read it otherwise. */
function QrCode({ text }: { text: string }) {
  const { size, path } = qrDrawing(text);
  return (
    <svg class="qr-code" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={t("team.standby.code")}>
      <path d={path} />
    </svg>
  );
}
