/** One RTCPeerConnection. We always offer, one offer at a time; the server answers. */

import type { Answer, IceServer, SourceName } from "../protocol.gen";
import { wantedCodecs, wantedExtensions, type HeaderExtension } from "./codecs";
import { Dial } from "./dial";
import { encodingsOf, type Encoding, type Limits, type PictureSource, type Size } from "./encodings";
import { heardInStereo } from "./stereo";

/** The order of the sending m-lines in every offer. */
const SENDING: readonly SourceName[] = ["microphone", "camera", "screen", "screen_sound"];
const isPicture = (source: SourceName): source is PictureSource => source === "camera" || source === "screen";

export interface PeerEvents {
  /** How much this device and its person send. */
  limits(): Omit<Limits, "layers">;
  /** What the next gathering of candidates may use. */
  relays(): readonly IceServer[];
  /** Throws what `Connection.request` throws. */
  offer(sdp: string, sources: Record<string, SourceName>, fresh: boolean): Promise<Answer>;
  /** The answer to the last offer is in force. */
  negotiated(): void;
  failed(error: unknown): void;
  connectionState(state: RTCPeerConnectionState): void;
}

export interface SlotPair {
  readonly audio: RTCRtpTransceiver;
  readonly video: RTCRtpTransceiver;
}

interface Extensible {
  getHeaderExtensionsToNegotiate?(): HeaderExtension[];
  setHeaderExtensionsToNegotiate?(extensions: HeaderExtension[]): void;
}

export class Peer {
  readonly pc: RTCPeerConnection;
  readonly pairs: SlotPair[] = [];
  /** The server's name for this connection, once it answered. */
  id: number | null = null;
  private readonly senders = new Map<SourceName, RTCRtpTransceiver>();
  private readonly dials = new Map<SourceName, Dial>();
  private readonly tracks: Map<SourceName, MediaStreamTrack>;
  /** As the server said of this connection; of what is not in it: all. */
  private readonly layers = new Map<SourceName, number>();
  private busy = false;
  private again = false;
  private restarting = false;
  private unanswered = true;
  private closed = false;

  constructor(
    pairs: number,
    tracks: ReadonlyMap<SourceName, MediaStreamTrack>,
    private readonly events: PeerEvents,
  ) {
    this.tracks = new Map(tracks);
    this.pc = new RTCPeerConnection(this.configuration());
    this.pc.onconnectionstatechange = () => events.connectionState(this.pc.connectionState);
    for (const source of SENDING) this.senders.set(source, this.sending(source));
    this.grow(pairs);
  }

  private sending(source: SourceName): RTCRtpTransceiver {
    const kind = isPicture(source) ? "video" : "audio";
    const transceiver = this.pc.addTransceiver(this.tracks.get(source) ?? kind, {
      direction: "sendonly",
      ...(isPicture(source) && { sendEncodings: this.encodings(source) }),
    });
    slim(transceiver, kind);
    if (isPicture(source)) this.dials.set(source, new Dial(transceiver.sender, () => this.encodings(source), source === "camera"));
    return transceiver;
  }

  private encodings(source: PictureSource): Encoding[] {
    const limits = this.events.limits();
    return encodingsOf(source, sizeOf(this.tracks.get(source)), { ...limits, layers: this.layers.get(source) ?? Infinity });
  }

  /** Adds slots up to `count` pairs; `negotiate` tells the server. */
  grow(count: number): void {
    while (this.pairs.length < count) this.pairs.push({ audio: this.slot("audio"), video: this.slot("video") });
  }

  /** The sender of the microphone: its statistics hold the transport's and little else. */
  get probe(): RTCRtpSender | undefined {
    return this.senders.get("microphone")?.sender;
  }

  /** True: an offer of ours waits for its answer, or never got one. */
  get owesOffer(): boolean {
    return this.unanswered;
  }

  async setTrack(source: SourceName, track: MediaStreamTrack | null): Promise<void> {
    const sender = this.senders.get(source)?.sender;
    if (!sender || this.closed) return;
    if (track) this.tracks.set(source, track);
    else this.tracks.delete(source);
    // Before its first picture, which would else be encoded in the sizes of the one before.
    if (track) await this.dials.get(source)?.turn();
    await sender.replaceTrack(track);
  }

  /** The server has a use for that many encodings, the smallest ones. */
  setLayers(source: SourceName, layers: number): void {
    this.layers.set(source, layers);
    void this.dials.get(source)?.turn();
  }

  /** Sizes or limits may have changed: phones are turned, windows that are shared are resized. */
  look(): void {
    if (this.closed) return;
    for (const [source, dial] of this.dials) if (this.tracks.has(source)) void dial.turn();
  }

  restartIce(): Promise<void> {
    this.restarting = true;
    return this.negotiate();
  }

  /** Coalesced: what changes while an offer is out goes into the next one. */
  async negotiate(): Promise<void> {
    this.unanswered = true;
    this.again = true;
    if (this.busy) return;
    this.busy = true;
    try {
      while (this.again && !this.closed) {
        this.again = false;
        await this.exchange();
      }
    } catch (error) {
      if (!this.closed) this.events.failed(error);
    } finally {
      this.busy = false;
    }
  }

  close(): void {
    this.closed = true;
    this.pc.onconnectionstatechange = null;
    this.pc.close();
  }

  private async exchange(): Promise<void> {
    const restart = this.restarting;
    // Not when they come: Chromium makes any next offer a restart once they differ.
    if (restart) this.pc.setConfiguration(this.configuration());
    // Candidates are not awaited: the server learns ours from our checks.
    const { sdp } = await this.pc.createOffer({ iceRestart: restart });
    const offer = heardInStereo(sdp ?? "");
    await this.pc.setLocalDescription({ type: "offer", sdp: offer });
    const answer = await this.events.offer(offer, this.sources(), this.id === null);
    if (this.closed) return;
    await this.pc.setRemoteDescription({ type: "answer", sdp: answer.sdp });
    this.id = answer.peer;
    if (restart) this.restarting = false;
    this.unanswered = this.again;
    this.look();
    this.events.negotiated();
  }

  private configuration(): RTCConfiguration {
    return { bundlePolicy: "max-bundle", iceServers: [...this.events.relays()] };
  }

  private sources(): Record<string, SourceName> {
    const named = [...this.senders].flatMap(([source, { mid }]) => (mid === null ? [] : [[mid, source] as const]));
    return Object.fromEntries(named);
  }

  private slot(kind: "audio" | "video"): RTCRtpTransceiver {
    const transceiver = this.pc.addTransceiver(kind, { direction: "recvonly" });
    slim(transceiver, kind);
    return transceiver;
  }
}

function slim(transceiver: RTCRtpTransceiver, kind: "audio" | "video"): void {
  const codecs = wantedCodecs(kind, RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [], transceiver.direction === "sendonly");
  try {
    if (codecs.length > 0) transceiver.setCodecPreferences?.(codecs);
    const extensible = transceiver as Extensible;
    const extensions = extensible.getHeaderExtensionsToNegotiate?.();
    if (extensions) extensible.setHeaderExtensionsToNegotiate?.(wantedExtensions(extensions));
  } catch {
    // A browser that will not take less offers more: a larger offer, the same answer.
  }
}

/** Null before the camera has said. */
function sizeOf(track: MediaStreamTrack | undefined): Size | null {
  const { width, height } = track?.getSettings() ?? {};
  return width && height ? { width, height } : null;
}
