import { render } from "preact";

import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/pages.css";
import "./styles/door.css";
import "./styles/room.css";
import "./styles/safety.css";
import "./styles/team.css";
import "./styles/pairs.css";
import "./styles/board.css";
import "./styles/ends.css";
import { App, Inside } from "./pages/App";
import { createSession } from "./session/store";
import { takeToken } from "./session/token";

// First of all: whoever looks at the address bar, or goes back, sees no token.
const token = takeToken(location, history);
const store = createSession();
render(<App store={store} token={token} path={location.pathname} />, document.getElementById("app")!);

// While somebody is at the door, who needs only what came so far.
addEventListener("load", () => void Inside.prepare().catch(() => undefined));

// Another link pasted into the same tab is another group.
addEventListener("hashchange", () => location.reload());
