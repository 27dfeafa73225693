import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";

import type { SessionStore } from "../session/model";
import { Notice, Wait } from "./Notice";

type Page = FunctionComponent<{ store: SessionStore }>;

/** A page whose code is not part of the way into a group. Whoever may need it soon calls `prepare`. */
export function later(load: () => Promise<{ default: Page }>): Page & { prepare: () => Promise<unknown> } {
  let known: Page | undefined; // then it is there at once: no other page flashes by before it
  const prepare = () => load().then((module) => (known = module.default));
  function Later({ store }: { store: SessionStore }) {
    const [failed, setFailed] = useState(false);
    const [Found, setFound] = useState(() => known);
    useEffect(() => {
      if (!Found) prepare().then((page) => setFound(() => page), () => setFailed(true));
    }, []);
    // Browsers differ in whether they try a module again; a seat outlives a new page.
    if (failed) return <Notice code="unreachable" onAgain={() => location.reload()} />;
    return Found ? <Found store={store} /> : <Wait />;
  }
  return Object.assign(Later, { prepare });
}
