import type { SessionStore } from "../session/model";
import { Desk } from "./Desk";
import { Figures } from "./Figures";
import { Wait } from "./Notice";
import { Room } from "./Room";
import { Standby } from "./Standby";
import { Waiting } from "./Waiting";

/** Where somebody is who has come in. */
export default function Inside({ store }: { store: SessionStore }) {
  switch (store.place.value) {
    case "waiting":
      return <Waiting store={store} />;
    case "room":
      return <Room store={store} />;
    case "desk":
      return <Desk store={store} />;
    case "figures":
      return <Figures store={store} />;
    case "silent":
      return <Standby store={store} />;
    case "outside":
      return <Wait />;
  }
}
