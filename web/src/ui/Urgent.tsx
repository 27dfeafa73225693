import { useEffect } from "preact/hooks";

import { urgent } from "./urgent";

// Read out by now; whoever walks through the page later should not come upon old news.
const KEPT_FOR = 10_000;

/** The one assertive region. It stands outside all pages, because only a region that was there before is read out. */
export function Urgent() {
  const { text, n } = urgent.value;
  useEffect(() => {
    if (!text) return;
    const timer = setTimeout(() => (urgent.value = { ...urgent.peek(), text: "" }), KEPT_FOR);
    return () => clearTimeout(timer);
  }, [n, text]);
  return (
    <div id="urgent" class="hidden-visually" role="alert">
      {text && <p key={n}>{text}</p>}
    </div>
  );
}
