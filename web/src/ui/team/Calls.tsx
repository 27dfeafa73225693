import { BellRing, CircleCheck, Eye, Hand, MessageCircleQuestionMark, ShieldAlert, Unplug, type IconNode } from "lucide";
import type { ComponentChildren } from "preact";

import { t } from "../../i18n";
import type { CallSeen, SessionStore } from "../../session/model";
import { useSeconds } from "../hooks";
import { Icon } from "../Icon";
import { clock } from "../words";
import { ask } from "./acting";
import { mayDropIn } from "./board/asking";
import { Repairs } from "./board/Repairs";
import { isPair, roomName } from "./board/rooms";
import { isDiscreet, uncovered, useDiscretion } from "./discreet";
import { callsInOrder } from "./order";
import { useOnTop } from "./onTop";

/** Milliseconds until the page shows what an answer of the server changed. */
const FOCUS_AFTER = 50;

const SIGNS: Record<CallSeen["kind"], IconNode> = {
  private: ShieldAlert,
  come: Hand,
  no_answer: MessageCircleQuestionMark,
  dropped: Unplug,
  partner_dropped: Unplug,
};

interface OnTopProps {
  store: SessionStore;
  /** At the bottom of the page, not at its top. */
  low?: boolean;
  /** What must stay within reach although calls lie over it. */
  children?: ComponentChildren;
}

/** Calls that nobody has taken yet, over everything that a facilitator may be looking at, open dialogs too. */
export function CallsOnTop({ store, low = false, children }: OnTopProps) {
  const { open } = callsInOrder(store.team.value?.calls ?? []);
  useDiscretion(store);
  useOnTop(
    open.length > 0 && (
      <section class="calls" data-low={low} aria-labelledby="calls-title">
        <h2 id="calls-title" class="calls-title" tabIndex={-1} data-focus="calls">
          {t("team.call.label")}
        </h2>
        {children}
        {isDiscreet(store) ? (
          <Uncover words={t("team.discreet.calls")} />
        ) : (
          <ul>
            {open.map((call) => (
              <OpenCall key={call.id} store={store} call={call} />
            ))}
          </ul>
        )}
      </section>
    ),
  );
  return null;
}

/** In place of names, while others may see this page: a tap brings them. */
export function Uncover({ words }: { words: string }) {
  return (
    <div class="discreet">
      <p>{words}</p>
      <button type="button" class="button" data-action="uncover" onClick={() => (uncovered.value = true)}>
        <Icon of={Eye} />
        {t("team.discreet.show")}
      </button>
    </div>
  );
}

/** Where the focus goes on when a call is taken: the next call, what lies open, or where the call stands now. */
const AFTERWARDS = [".calls [data-action=coming]", "dialog[open] h2", "#coming-title", "h1"];

/** The button goes with its call; whoever works by keys must not fall to the top of the page. */
async function come(store: SessionStore, call: CallSeen): Promise<void> {
  const focused = document.activeElement?.closest(".calls") != null;
  if (!(await ask(store, { type: "coming", call: call.id })) || !focused) return;
  setTimeout(() => {
    if (document.activeElement !== document.body) return;
    const next = AFTERWARDS.map((one) => document.querySelector<HTMLElement>(one)).find((element) => element !== null);
    next?.focus();
  }, FOCUS_AFTER);
}

function OpenCall({ store, call }: { store: SessionStore; call: CallSeen }) {
  useSeconds(true);
  const since = clock((store.serverNow() - call.since) * 1000);
  return (
    <li class="call" data-kind={call.kind} data-state={call.state} data-call={call.id}>
      <span class="call-sign">
        <Icon of={SIGNS[call.kind]} />
      </span>
      <div class="call-words">
        <h3>{titleOf(store, call)}</h3>
        {call.note && <p>{t("team.call.wrote", { name: call.name, note: call.note })}</p>}
        <p class="small call-where">
          {call.state === "ringing" && (
            <span class="call-ringing">
              <Icon of={BellRing} />
              {t("team.call.ringing")}
            </span>
          )}
          <span>{where(store, call)}</span>
          <span class="call-since">{t("team.call.for", { time: since })}</span>
        </p>
      </div>
      {call.kind === "partner_dropped" ? <Repairs store={store} call={call} /> : <Answers store={store} call={call} />}
    </li>
  );
}

/** Alone where? It is what a facilitator asks first. */
function titleOf(store: SessionStore, { kind, name, room }: CallSeen): string {
  const board = store.board.value;
  if (kind === "partner_dropped" && board && isPair(room)) return t("board.call.partner_dropped", { name, room: roomName(board.groups, room) });
  return t(`team.call.${kind}`, { name });
}

function Answers({ store, call }: { store: SessionStore; call: CallSeen }) {
  return (
    <div class="call-acts">
      <button
        type="button"
        class="button primary"
        data-action="coming"
        aria-label={t(call.kind === "dropped" ? "team.imOnItName" : "team.imComingName", { name: call.name })}
        onClick={() => void come(store, call)}
      >
        {t(call.kind === "dropped" ? "team.imOnIt" : "team.imComing")}
      </button>
      {call.kind !== "dropped" && <TalkButton store={store} call={call} />}
    </div>
  );
}

function where(store: SessionStore, call: CallSeen): string {
  if (call.waiting) return t("team.call.waiting");
  const board = store.board.value;
  if (board && isPair(call.room) && call.kind !== "partner_dropped") return roomName(board.groups, call.room);
  if (call.kind !== "dropped" && call.kind !== "partner_dropped" && call.room !== "main" && call.room !== store.roomView.value?.id) return t("team.call.private_room");
  return t(`team.call.${call.kind}Note`);
}

function TalkButton({ store, call }: { store: SessionStore; call: CallSeen }) {
  return (
    <button
      type="button"
      class="button"
      data-action="talk"
      aria-label={t("team.talkName", { name: call.name })}
      onClick={() => void ask(store, { type: "talk_privately", participant: call.about })}
    >
      {t("team.talk")}
    </button>
  );
}

/** Into the pair that somebody called from, if one is not in it already. */
function GoButton({ store, call }: { store: SessionStore; call: CallSeen }) {
  const board = store.board.value;
  if (!board || !isPair(call.room) || call.room === store.roomView.value?.id || !mayDropIn(store)) return null;
  return (
    <button type="button" class="button" data-action="drop-in" onClick={() => void ask(store, { type: "drop_in", room: call.room })}>
      {t("board.dropInCall", { room: roomName(board.groups, call.room) })}
    </button>
  );
}

/** Calls that somebody goes to, until they are done. */
export function CallsComing({ store }: { store: SessionStore }) {
  const { coming } = callsInOrder(store.team.value?.calls ?? []);
  if (coming.length === 0) return null;
  const known = [...store.people.value, ...(store.team.value?.elsewhere ?? [])];
  const goes = (call: CallSeen) => {
    if (call.coming === store.me.value) return t("team.comingYou", { name: call.name });
    const who = known.find((person) => person.id === call.coming)?.name;
    return who ? t("team.coming", { who, name: call.name }) : t("team.comingSomeone", { name: call.name });
  };
  return (
    <section class="team-part" aria-labelledby="coming-title">
      <h2 id="coming-title" tabIndex={-1}>
        {t("team.comingTitle")}
      </h2>
      <ul class="coming">
        {coming.map((call) => (
          <li key={call.id} data-call={call.id}>
            <p>{goes(call)}</p>
            {call.note && <p class="small">{t("team.call.wrote", { name: call.name, note: call.note })}</p>}
            {/* A private talk that somebody dropped out of is over when they are back, or when it ends. */}
            {call.kind !== "dropped" && (
              <div class="team-buttons">
                <GoButton store={store} call={call} />
                <TalkButton store={store} call={call} />
                <button
                  type="button"
                  class="button"
                  data-action="done"
                  aria-label={t("team.doneName", { name: call.name })}
                  onClick={() => void ask(store, { type: "close_call", call: call.id })}
                >
                  <Icon of={CircleCheck} />
                  {t("team.done")}
                </button>
              </div>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
