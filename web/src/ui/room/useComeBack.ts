import { useState } from "preact/hooks";

import type { SessionStore } from "../../session/model";

/**
 * Coming back from stepping away or from a break: whether it is on its way, and the tap. Without a way to the server
 * the store asks again as soon as there is one, so the tap stays good.
 */
export function useComeBack(store: SessionStore): [boolean, () => void] {
  const [coming, setComing] = useState(false);
  return [
    coming,
    () => {
      if (coming) return;
      setComing(true);
      void store.act({ type: "come_back" }).then((answer) => !answer.ok && answer.code !== "unreachable" && setComing(false));
    },
  ];
}
