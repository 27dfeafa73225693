import { CircleAlert } from "lucide";
import { useEffect } from "preact/hooks";

import { Icon } from "../Icon";
import { trouble } from "./acting";

// Long enough to read it twice.
const SHOWN_FOR = 8000;

/** What did not work, next to where it was tried. */
export function Trouble() {
  const words = trouble.value;
  useEffect(() => {
    if (!words) return;
    const timer = setTimeout(() => (trouble.value = null), SHOWN_FOR);
    return () => clearTimeout(timer);
  }, [words]);
  return (
    <p class="trouble" role="status">
      {words && (
        <>
          <Icon of={CircleAlert} />
          {words}
        </>
      )}
    </p>
  );
}
