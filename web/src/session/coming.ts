/** Coming, staying and going: the connection, the seat that this browser holds, and what became of them. */

import { batch, signal } from "@preact/signals";
import { Connection, type Ending } from "../connection/connection";
import { SILENT_MS } from "../connection/pulse";
import { DisconnectedError, isView, type Reply, type Request, type View } from "../connection/wire";
import type { ServerMessage } from "../protocol.gen";
import { lookAtLink, spendCode, UNREACHABLE_MS } from "./link";
import type { CodeAnswer, LinkAnswer, LinkOpen, Notice, Phase } from "./model";
import { hashIfPossible, Seats, type Seat } from "./seats";
import { wipe } from "./storage";
import { spoken, supportCode, utcDay } from "./supportCode";

const VERSION = 2;
/** In a quiet group, or a waiting room, the heartbeat is all that is heard. */
const CONTACT_EVERY_MS = 15_000;

/** How this page first says who it is. A seat goes before it. */
type Way =
  | { readonly by: "link"; readonly token: string; readonly name: string; readonly agreement: string | null }
  | { readonly by: "phone"; readonly token: string }
  | { readonly by: "seat" };

/** The other parts of the session, as seen from the door. */
export interface Inside {
  /** False: a change was missed. */
  take(message: ServerMessage): boolean;
  /** `resumed`: the first view of this page, on a seat that another page had. */
  view(view: View, resumed: boolean): void;
  hear(message: ServerMessage): void;
  /** The name that the group reads under my picture now; null where nobody does. */
  ownName(): string | null;
  /** Signalling is up again. */
  up(): void;
  peerId(): number | null;
  /** Inside a tap: sound may start later. */
  prime(): void;
  takeDevicesAgain(): void;
  /** It is over. `release`: no camera light may stay on. */
  over(release: boolean): void;
}

export class Coming {
  readonly phase = signal<Phase>("idle");
  readonly notice = signal<Notice | null>(null);
  /** The last that the server said about the link of this page. */
  readonly linkOpen = signal<LinkOpen | null>(null);
  private readonly seats = new Seats();
  private connection: Connection | null = null;
  private seat: Seat | null = null;
  private way: Way = { by: "seat" };
  /** SHA-256 of this page's token, hex; "" while none is known. */
  private link = "";
  /** This page has not had a view yet. */
  private first = true;
  private unreachable: ReturnType<typeof setTimeout> | undefined;
  private contact: ReturnType<typeof setInterval> | undefined;
  private settled: (() => void) | null = null;

  constructor(private readonly inside: Inside) {}

  get isUp(): boolean {
    return this.connection?.isUp ?? false;
  }

  request(request: Request): Promise<Reply> {
    return this.connection?.request(request) ?? Promise.reject(new DisconnectedError());
  }

  hurry(): void {
    this.connection?.hurry();
  }

  /** No media comes any more: the same network may carry no signalling either. */
  doubt(): void {
    this.connection?.hurry(SILENT_MS);
  }

  // --- the ways in ---

  async checkLink(token: string): Promise<LinkAnswer> {
    const answer = await lookAtLink(token);
    if (answer.ok) this.linkOpen.value = answer.link;
    return answer;
  }

  /** Without a token: of the seat that this page came back to. "" where the browser cannot compute it. */
  async supportCode(token: string): Promise<string> {
    const link = token === "" ? this.link : await hashIfPossible(token);
    return link === "" ? "" : spoken(await supportCode(link, utcDay(Date.now())));
  }

  spendCode(code: string): Promise<CodeAnswer> {
    return spendCode(code);
  }

  async resume(token: string): Promise<boolean> {
    const seat = await this.seatBehind(token);
    return this.comeBack(seat, { by: "link", token, name: seat?.name ?? "", agreement: null });
  }

  async resumeLast(): Promise<boolean> {
    return this.comeBack(await this.seats.findLast(), { by: "seat" });
  }

  join({ token, name, agreement = null }: { token: string; name: string; agreement?: string | null }): Promise<void> {
    this.inside.prime();
    this.way = { by: "link", token, name, agreement };
    this.seat = null;
    return this.start();
  }

  async joinStandby(token: string): Promise<void> {
    if (this.comeBack(await this.seatBehind(token), { by: "phone", token })) return;
    this.way = { by: "phone", token };
    this.seat = null;
    await this.start();
  }

  leave(): void {
    this.connection?.leave();
    this.connection = null;
    this.finish("left", null, true);
  }

  /** Nothing of the group stays on this screen or in this browser, at once. */
  leaveQuickly(): void {
    this.leave();
    wipe();
    location.replace("about:blank");
  }

  private async seatBehind(token: string): Promise<Seat | null> {
    const link = await hashIfPossible(token);
    return link === "" ? null : this.seats.find(link);
  }

  private comeBack(seat: Seat | null, way: Way): boolean {
    if (!seat || this.connection) return false;
    this.way = way;
    this.seat = seat;
    this.link = seat.link;
    this.inside.takeDevicesAgain();
    void this.start();
    return true;
  }

  private start(): Promise<void> {
    this.connection?.close();
    this.first = true;
    batch(() => {
      this.phase.value = "joining";
      this.notice.value = null;
    });
    const done = new Promise<void>((resolve) => (this.settled = resolve));
    this.unreachable = setTimeout(() => this.finish("refused", "unreachable", false), UNREACHABLE_MS);
    clearInterval(this.contact);
    this.contact = setInterval(() => this.isUp && this.touch(), CONTACT_EVERY_MS);
    this.connection = new Connection(`${location.origin.replace(/^http/, "ws")}/ws`, {
      hello: () => this.hello(),
      message: (message) => this.received(message),
      connected: (yes) => this.connected(yes),
      ended: (ending) => this.ended(ending),
    });
    return done;
  }

  private hello(): Request {
    const { seat, way } = this;
    if (seat) {
      const { session, secret, name } = seat;
      return { type: "resume", version: VERSION, session, secret, name, peer: this.inside.peerId() };
    }
    if (way.by === "phone") return { type: "join_standby", version: VERSION, token: way.token };
    const { token, name, agreement } = way.by === "link" ? way : NOBODY;
    return { type: "join", version: VERSION, token, name, agreement };
  }

  // --- the ways out ---

  private ended(ending: Ending): boolean {
    if (ending.why === "refused") return this.refused(ending.code);
    const { reason } = ending;
    if (reason === "replaced") this.finish("left", "replaced", false);
    else if (reason === "ended" || reason === "closed") this.finish("ended", null, true);
    else this.finish("left", reason === "declined" || reason === "removed" ? reason : null, true);
    return false;
  }

  private refused(code: Extract<Ending, { why: "refused" }>["code"]): boolean {
    if (code === "resume_unknown" && this.seat) return this.seatUnknown(this.seat);
    const over = code === "ended";
    this.finish(over ? "ended" : "refused", code, over);
    return false;
  }

  /** Who was in the group a moment ago knocks anew. Who has just loaded the page is shown the door. */
  private seatUnknown(seat: Seat): boolean {
    this.seats.forget(seat);
    this.seat = null;
    const again = this.phase.value === "reconnecting" && this.way.by === "link";
    // A phone's code works once: the laptop has to show another one.
    if (this.way.by === "phone") this.finish("refused", "standby_unknown", false);
    else if (!again) this.finish("idle", null, false);
    return again;
  }

  private finish(phase: Phase, notice: Notice | null, forget: boolean): void {
    clearTimeout(this.unreachable);
    clearInterval(this.contact);
    this.connection?.close();
    this.connection = null;
    if (forget && this.seat) this.seats.forget(this.seat);
    this.seats.let();
    this.seat = null;
    batch(() => {
      this.inside.over(!mayTryAgain(phase, notice));
      this.phase.value = phase;
      this.notice.value = notice;
    });
    this.settle();
  }

  private settle(): void {
    clearTimeout(this.unreachable);
    this.settled?.();
    this.settled = null;
  }

  // --- what the server says ---

  private received(message: ServerMessage): void {
    batch(() => {
      if (!this.inside.take(message)) return this.connection?.renew();
      if (isView(message)) this.view(message);
      this.inside.hear(message);
    });
    this.touch();
  }

  private view(view: View): void {
    const secret = view.secret ?? this.seat?.secret;
    // Let in on the seat that another device had: the same secret opens that one now.
    const moved = view.secret !== null || this.seat?.participant !== view.you;
    if (secret !== undefined && moved) void this.takeSeat(view.session, view.you, secret);
    this.inside.view(view, this.first && view.secret === null);
    this.first = false;
  }

  private async takeSeat(session: string, participant: string, secret: string): Promise<void> {
    const before = this.seat;
    const { way } = this;
    const name = before?.name ?? (way.by === "link" ? way.name : "");
    const seat: Seat = { session, participant, secret, name, link: before?.link ?? "", at: Date.now() };
    if (before) this.seats.forget(before);
    this.seat = seat;
    const link = before || way.by === "seat" ? seat.link : await hashIfPossible(way.token);
    if (this.seat?.secret !== secret || this.seat.participant !== participant || link === "") return;
    this.link = link;
    this.seat = { ...this.seat, link };
    await this.seats.take(this.seat);
  }

  /** The last contact, and the name by which the group knows me, for a return within ten minutes. */
  private touch(): void {
    if (!this.seat?.link) return;
    const name = this.inside.ownName() ?? this.seat.name;
    const renamed = name !== this.seat.name;
    this.seat = { ...this.seat, name, at: Date.now() };
    this.seats.touch(this.seat, renamed);
  }

  private connected(yes: boolean): void {
    this.phase.value = yes ? "inRoom" : this.phase.value === "joining" ? "joining" : "reconnecting";
    if (!yes) return;
    this.settle();
    this.inside.up();
  }
}

/** Said only when there is neither seat nor link, which no page does. */
const NOBODY = { token: "", name: "", agreement: null };

/** Then the preview is kept. Anybody else is on a page that shows no preview: no camera light may stay on there. */
const TRY_AGAIN: ReadonlySet<Notice | null> = new Set(["bad_name", "unreachable", "too_many", "agreement_needed"]);
const mayTryAgain = (phase: Phase, notice: Notice | null): boolean =>
  phase === "idle" || (phase === "refused" && TRY_AGAIN.has(notice));
