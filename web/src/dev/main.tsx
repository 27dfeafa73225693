/**
 * The screens without a server, for looking at them: /src/dev/index.html?people=9&phase=inRoom. Not in the build.
 * See `Scene` in address.ts for what the address may say.
 */
import { render } from "preact";

import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/pages.css";
import "../styles/door.css";
import "../styles/room.css";
import "../styles/safety.css";
import "../styles/team.css";
import "../styles/pairs.css";
import "../styles/board.css";
import "../styles/ends.css";
import { App } from "../pages/App";
import { sceneFrom } from "./address";
import { FakeStore } from "./fake";

const query = new URLSearchParams(location.search);
const store = new FakeStore(sceneFrom(query));
Object.assign(window, { kinroom: { pc: () => null, store } });
// As in a browser that has never been asked.
if (query.has("ask")) navigator.permissions.query = async () => ({ state: "prompt" }) as PermissionStatus;
const token = query.get("token") ?? "a-token-for-looking-at-screens";
render(<App store={store} token={token} path={query.get("path") ?? "/join"} />, document.getElementById("app")!);
