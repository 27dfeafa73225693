import { Reply, Send, X } from "lucide";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";

import { t } from "../../i18n";
import type { Person, Said, SessionStore } from "../../session/model";
import { Icon } from "../Icon";
import { Uncover } from "../team/Calls";
import { isDiscreet, uncovered } from "../team/discreet";
import { timeOf } from "../when";
import { areRoomsOpen } from "./pairs/open";

const LONGEST = 500; // `text` of say in the protocol

/** To whom the next line goes: everybody, the facilitators, one person (where the group allows it), or an answer. */
type To = "room" | "everyone" | "facilitators" | { person: string; name: string; answer: boolean };

export function Chat({ store, onClose }: { store: SessionStore; onClose?: () => void }) {
  const [to, setTo] = useState<To>("room");
  const team = store.team.value !== null;
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  return (
    <div class="chat">
      {onClose && (
        <div class="panel-head">
          <h2 ref={title} tabIndex={-1}>
            {t("chat.title")}
          </h2>
          <button type="button" class="round" aria-label={t("chat.close")} onClick={onClose}>
            <Icon of={X} />
          </button>
        </div>
      )}
      <Lines store={store} onAnswer={team ? (line) => setTo({ person: line.who, name: line.name, answer: true }) : null} />
      <Writing store={store} to={to} onTo={setTo} />
    </div>
  );
}

function Lines({ store, onAnswer }: { store: SessionStore; onAnswer: ((line: Said) => void) | null }) {
  const all = store.lines.value;
  const sharing = store.sharing.value;
  useEffect(() => {
    if (!sharing) uncovered.value = false;
  }, [sharing]);
  // While the own screen is shared, others may read along.
  const lines = isDiscreet(store) ? all.filter((line) => line.to === "room" || line.to === "everyone") : all;
  const end = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => {
    if (end.current) end.current.scrollTop = end.current.scrollHeight;
  }, [lines.length]);
  if (all.length === 0) return <p class="soft chat-empty">{t("chat.empty")}</p>;
  // The status line says that somebody wrote; a region that reads every line aloud would talk over the group.
  return (
    <ul ref={end} class="chat-lines" tabIndex={0} aria-label={t("chat.title")}>
      {lines.map((line, i) => (
        <Line key={i} line={line} mine={line.who === store.me.value} people={store.people.value} onAnswer={onAnswer} />
      ))}
      {lines.length < all.length && (
        <li>
          <Uncover words={t("chat.hidden")} />
        </li>
      )}
    </ul>
  );
}

interface LineProps {
  line: Said;
  mine: boolean;
  people: readonly Person[];
  onAnswer: ((line: Said) => void) | null;
}

function Line({ line, mine, people, onAnswer }: LineProps) {
  const mark = aside(line, people);
  const answerable = onAnswer && !mine && line.to === "facilitators" && people.some(({ id, role }) => id === line.who && role !== "facilitator");
  return (
    <li class="chat-line" data-mine={mine} data-aside={mark !== null}>
      <p class="small">
        <strong>{mine ? t("chat.you") : line.name}</strong> {mark && <span class="soft">{mark}</span>}{" "}
        <time class="soft" dateTime={new Date(line.at * 1000).toISOString()}>
          {timeOf(line.at)}
        </time>
      </p>
      <p class="chat-text">{line.text}</p>
      {answerable && (
        <button type="button" class="button plain small" aria-label={t("chat.answerName", { name: line.name })} onClick={() => onAnswer(line)}>
          <Icon of={Reply} />
          {t("chat.answer")}
        </button>
      )}
    </li>
  );
}

/** Who else reads a line that is not for everybody. */
function aside(line: Said, people: readonly Person[]): string | null {
  const whom = people.find(({ id }) => id === line.whom)?.name;
  switch (line.to) {
    case "room":
      return null;
    case "everyone":
      return t("pairs.toEveryone");
    case "you":
      return t("chat.privateToYou");
    case "one":
      return whom ? t("chat.toPerson", { name: whom }) : t("chat.privateToOne");
    case "facilitators":
      return t("chat.privateToTeam");
  }
}

function Writing({ store, to, onTo }: { store: SessionStore; to: To; onTo: (to: To) => void }) {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState("");
  const [problem, setProblem] = useState(false);
  const answering = typeof to === "object" && to.answer;
  useEffect(() => {
    if (answering) field.current?.focus();
  }, [answering && to.person]);
  const send = async () => {
    const words = text.trim();
    if (!words) return;
    const answer = await store.act(request(to, words));
    setProblem(!answer.ok);
    if (!answer.ok) return;
    setText("");
    if (answering) onTo("room");
  };
  return (
    <form
      class="chat-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {answering ? (
        <button type="button" class="button plain small" onClick={() => onTo("room")}>
          <Icon of={X} />
          {t("chat.everyone")}
        </button>
      ) : (
        <Recipients store={store} to={to} onTo={onTo} />
      )}
      <label class="hidden-visually" for={id}>
        {answering ? t("chat.answering", { name: to.name }) : t("chat.message")}
      </label>
      <div class="note-line">
        <textarea
          ref={field}
          id={id}
          class="input"
          name="chat"
          rows={2}
          maxLength={LONGEST}
          autocomplete="off"
          enterkeyhint="send"
          placeholder={answering ? t("chat.answering", { name: to.name }) : t("chat.message")}
          value={text}
          aria-describedby={`${id}-seen`}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            void send();
          }}
        />
        <button type="submit" class="round send" aria-label={t("chat.send")}>
          <Icon of={Send} />
        </button>
      </div>
      {problem && (
        <p class="field-error small" role="alert">
          {t("chat.notSent")}
        </p>
      )}
      <p id={`${id}-seen`} class="small soft">
        {seen(to, store.team.value !== null)}
      </p>
    </form>
  );
}

function request(to: To, text: string) {
  if (typeof to === "string") return { type: "say", to, text } as const;
  return to.answer ? ({ type: "answer", participant: to.person, text } as const) : ({ type: "say", to: to.person, text } as const);
}

function seen(to: To, team: boolean): string {
  if (to === "room") return t("chat.seenRoom");
  if (to === "everyone") return t("pairs.chatSeenEveryone");
  if (to === "facilitators") return t(team ? "chat.seenTeam" : "chat.seenFacilitators");
  return t(to.answer ? "chat.seenAnswer" : "chat.seenPerson", { name: to.name });
}

function Recipients({ store, to, onTo }: { store: SessionStore; to: To; onTo: (to: To) => void }) {
  const id = useId();
  const direct = store.roomView.value?.chat === "direct" ? store.people.value.filter((person) => !person.me && person.role !== "facilitator") : [];
  const choose = (value: string) => {
    const person = direct.find((one) => one.id === value);
    onTo(person ? { person: person.id, name: person.name, answer: false } : value === "facilitators" || value === "everyone" ? value : "room");
  };
  return (
    <div class="chat-to">
      <label for={id} class="small">
        {t("chat.to")}
      </label>
      <select id={id} class="input" value={typeof to === "string" ? to : to.person} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="room">{t("chat.toRoom")}</option>
        {areRoomsOpen(store) && <option value="everyone">{t("pairs.chatEveryone")}</option>}
        <option value="facilitators">{t(store.team.value === null ? "chat.toFacilitators" : "chat.toTeam")}</option>
        {direct.map((person) => (
          <option key={person.id} value={person.id}>
            {person.name}
          </option>
        ))}
      </select>
    </div>
  );
}
