/** The obvious answer to what a screen asks for, so that pages can be clicked without a server. */

import type { CallMine, Me, Person, Request, Said, Team } from "../session/model";
import { BOARD_ACTS } from "./boardActs";
import type { FakeStore } from "./fake";

type Do = (store: FakeStore, request: Request) => void;

const me = (store: FakeStore, what: Partial<Me>): void => void (store.mine.value = { ...store.mine.value!, ...what });

function team(store: FakeStore, what: (team: Team) => Partial<Team>): void {
  const now = store.team.value;
  if (now) store.team.value = { ...now, ...what(now) };
}

const own = (store: FakeStore, what: Partial<Person>): void => store.change(store.me.value!, what);

/** Somebody from the door comes in. */
function admit(store: FakeStore, wanted: (id: string) => boolean): void {
  const coming = store.team.value?.waiting.filter((knock) => wanted(knock.id)) ?? [];
  coming.forEach(({ name, role }) => store.add(store.people.value.length, { name, role }));
  team(store, ({ waiting }) => ({ waiting: waiting.filter((knock) => !wanted(knock.id)) }));
}

const gone = (store: FakeStore, id: string): void => {
  store.remove(id);
  team(store, ({ waiting }) => ({ waiting: waiting.filter((knock) => knock.id !== id) }));
};

/** Between two taps: a call rings, then somebody comes. */
function help(store: FakeStore, kind: "come" | "private"): void {
  const set = (call: CallMine | null) => me(store, { [kind]: call });
  if (store.mine.value![kind]) return;
  set({ state: "open", coming: null });
  if (kind === "come") own(store, { calling: true });
  if (store.roomView.value?.staff === "none") return;
  setTimeout(() => store.mine.value?.[kind]?.state === "open" && set({ state: "coming", coming: "Ana" }), 4000);
}

const DO: Partial<Record<Request["type"], Do>> = {
  raise_hand: (store) => own(store, { hand: 1 + Math.max(0, ...store.people.value.map(({ hand }) => hand ?? 0)) }),
  lower_hand: (store) => own(store, { hand: null }),
  step_away: (store) => (me(store, { resting: "away" }), own(store, { resting: "away" })),
  come_back: (store) => (me(store, { resting: null }), own(store, { resting: null })),
  decline_unmute: (store) => me(store, { asked_by: null }),
  admit_expected: (store) => {
    const kinds = new Map(store.team.value?.waiting.map(({ id, kind }) => [id, kind]));
    admit(store, (id) => kinds.get(id) === "expected");
  },
  pause_group: (store) => store.room({ paused_by: store.me.value }),
  resume_group: (store) => store.room({ paused_by: null }),
  end_break: (store) => store.room({ break_until: null }),
  cancel_close: (store) => store.room({ closes_at: null }),
  ...BOARD_ACTS,
};

const DO_WITH = (store: FakeStore, request: Request): void => {
  switch (request.type) {
    case "call_help":
      return help(store, request.kind);
    case "cancel_help":
      if (request.kind === "come") own(store, { calling: false });
      return me(store, { [request.kind]: null });
    case "answer_check":
      if (!request.ok) help(store, "private");
      return me(store, { check_by: null });
    case "ask_to_stay":
      return me(store, { stays: request.on });
    case "say": {
      const to: Said["to"] = request.to === "facilitators" ? "facilitators" : "room";
      return store.hear({ who: store.me.value!, name: store.people.value[0]!.name, to, whom: null, text: request.text, at: store.serverNow() });
    }
    case "answer":
      return store.hear({ who: store.me.value!, name: store.people.value[0]!.name, to: "one", whom: request.participant, text: request.text, at: store.serverNow() });
    case "end_private":
      return store.room({ id: "main", kind: "main" });
    case "lock_door":
      return team(store, () => ({ locked: request.on }));
    case "start_break":
      return store.room({ break_until: request.until });
    case "close_group":
      return store.room({ closes_at: store.serverNow() + request.minutes * 60 });
    case "admit":
      return admit(store, (id) => id === request.participant);
    case "decline":
    case "remove":
    case "ban":
    case "send_back":
      return gone(store, request.participant);
    case "coming":
      return team(store, ({ calls }) => ({ calls: calls.map((call) => (call.id === request.call ? { ...call, state: "coming", coming: store.me.value } : call)) }));
    case "close_call":
      return team(store, ({ calls }) => ({ calls: calls.filter((call) => call.id !== request.call) }));
    case "check_on":
      return team(store, ({ checks }) => ({ checks: [...checks, request.participant] }));
    case "cover":
    case "uncover":
      return store.change(request.participant, { covered: request.type === "cover" });
    case "mute_other":
      return store.change(request.participant, { muted: true });
    case "mute_all":
      return store.people.value.filter((person) => person.role === "participant").forEach(({ id }) => store.change(id, { muted: true }));
    case "lower_other":
      return store.change(request.participant, { hand: null });
    case "lower_hands":
      return store.people.value.forEach(({ id }) => store.change(id, { hand: null }));
    case "rename":
      return store.change(request.participant, { name: request.name });
    case "spotlight":
      return store.room({ spotlight: request.participant });
  }
};

export function perform(store: FakeStore, request: Request): void {
  const known = DO[request.type];
  if (known) known(store, request);
  else DO_WITH(store, request);
}
