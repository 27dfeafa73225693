/** One RTCPeerConnection. We always offer, one offer at a time; the server answers. */

import type { Answer, IceServer, SourceName } from "../protocol.gen";
import { wantedCodecs, wantedExtensions, type HeaderExtension } from "./codecs";
import { heardInStereo } from "./stereo";

/** The order of the sending m-lines in every offer. */
const SENDING: readonly { source: SourceName; kind: "audio" | "video"; maxBitrate?: number }[] = [
  { source: "microphone", kind: "audio" },
  { source: "camera", kind: "video", maxBitrate: 800_000 },
  { source: "screen", kind: "video", maxBitrate: 1_500_000 },
  { source: "screen_sound", kind: "audio" },
];

export interface PeerEvents {
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
    this.pc = new RTCPeerConnection(this.configuration());
    this.pc.onconnectionstatechange = () => events.connectionState(this.pc.connectionState);
    for (const { source, kind, maxBitrate } of SENDING) {
      const track = tracks.get(source);
      const transceiver = this.pc.addTransceiver(track ?? kind, {
        direction: "sendonly",
        ...(maxBitrate && { sendEncodings: [{ maxBitrate }] }),
      });
      slim(transceiver, kind);
      this.senders.set(source, transceiver);
    }
    this.grow(pairs);
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
    await sender.replaceTrack(track);
    if (track && source === "camera") await keepFrameRate(sender);
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
    const camera = this.senders.get("camera")?.sender;
    if (camera?.track) await keepFrameRate(camera);
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
  const codecs = wantedCodecs(kind, RTCRtpReceiver.getCapabilities(kind)?.codecs ?? []);
  try {
    if (codecs.length > 0) transceiver.setCodecPreferences?.(codecs);
    const extensible = transceiver as Extensible;
    const extensions = extensible.getHeaderExtensionsToNegotiate?.();
    if (extensions) extensible.setHeaderExtensionsToNegotiate?.(wantedExtensions(extensions));
  } catch {
    // A browser that will not take less offers more: a larger offer, the same answer.
  }
}

/** A face that moves is worth more than a sharp one. Browsers that do not know the wish ignore it. */
async function keepFrameRate(sender: RTCRtpSender): Promise<void> {
  const parameters = sender.getParameters() as RTCRtpSendParameters & { degradationPreference?: string };
  if (parameters.degradationPreference === "maintain-framerate") return;
  parameters.degradationPreference = "maintain-framerate";
  await sender.setParameters(parameters).catch(() => undefined);
}
