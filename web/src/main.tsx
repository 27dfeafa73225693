import { render } from "preact";

import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/pages.css";
import "./styles/door.css";
import "./styles/room.css";
import "./styles/safety.css";
import "./styles/team.css";
import "./styles/ends.css";
import { App } from "./pages/App";
import { createSession } from "./session/store";

const store = createSession();
render(<App store={store} token={location.hash.slice(1)} path={location.pathname} />, document.getElementById("app")!);

// Another link pasted into the same tab is another group.
addEventListener("hashchange", () => location.reload());
