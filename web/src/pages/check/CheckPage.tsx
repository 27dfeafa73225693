import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";

import type { SessionStore } from "../../session/model";
import { Notice, Wait } from "../Notice";

type Check = FunctionComponent<{ store: SessionStore }>;

/** Loaded only here, so that nobody's way into a group carries it. */
export function CheckPage({ store }: { store: SessionStore }) {
  const [loaded, setLoaded] = useState<{ Check: Check } | "failed" | null>(null);
  const load = () => {
    setLoaded(null);
    import("./Check").then((module) => setLoaded({ Check: module.default }), () => setLoaded("failed"));
  };
  useEffect(load, []);
  if (loaded === null) return <Wait />;
  if (loaded === "failed") return <Notice code="unreachable" onAgain={load} />;
  return <loaded.Check store={store} />;
}
