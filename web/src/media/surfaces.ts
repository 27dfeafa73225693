/**
 * One <video> per picture slot, which outlives whom it shows: while a page makes a new one for each person, the first
 * frames of them are lost, which was most of what a move cost. Between two people it is parked, unseen, and plays on.
 */

interface Surface {
  readonly receiver: RTCRtpReceiver;
  readonly stream: MediaStream;
  readonly element: HTMLVideoElement;
}

export class Surfaces {
  private readonly surfaces = new Map<string, Surface>();
  private readonly parked: HTMLElement;
  /** Elements of which no frame is told, with their slot's mid. */
  private readonly untold = new Map<HTMLVideoElement, string>();

  /**
   * `frame`: one is shown in an element of the slot with that mid. True: the next one is told, too. Each one told is a
   * turn of the page's own thread; those that are not are painted without it.
   */
  constructor(private readonly frame: (mid: string, element: HTMLVideoElement, rtp: number | null) => boolean) {
    this.parked = document.createElement("div");
    this.parked.className = "parked";
    this.parked.ariaHidden = "true";
    document.body.append(this.parked);
  }

  /** The slot's stream, the same one for as long as its receiver is. */
  stream(mid: string, receiver: RTCRtpReceiver): MediaStream {
    const known = this.surfaces.get(mid);
    if (known?.receiver === receiver) return known.stream;
    if (known) dispose(known.element);
    const stream = new MediaStream([receiver.track]);
    const surface = { receiver, stream, element: this.made(mid, stream) };
    this.surfaces.set(mid, surface);
    this.parked.append(surface.element);
    return stream;
  }

  /** The slot's own element, or one more if that is in another place. */
  take(mid: string, stream: MediaStream): HTMLVideoElement {
    const surface = this.surfaces.get(mid);
    return surface && this.isParked(surface.element) ? surface.element : this.made(mid, stream);
  }

  /** The slot's own element waits; any other is gone. */
  park(element: HTMLVideoElement): void {
    const kept = [...this.surfaces.values()].some((surface) => surface.element === element);
    if (kept) putInto(this.parked, element);
    else dispose(element);
  }

  /** The connection is another one: its receivers give nothing any more. */
  clear(): void {
    for (const { element } of this.surfaces.values()) dispose(element);
    this.surfaces.clear();
  }

  /** The next frame of each element is told. */
  listen(): void {
    const elements = [...this.untold];
    this.untold.clear();
    for (const [element, mid] of elements) if (element.srcObject) this.watch(mid, element);
  }

  private isParked(element: HTMLVideoElement): boolean {
    return element.parentElement === this.parked;
  }

  private made(mid: string, stream: MediaStream): HTMLVideoElement {
    const element = frameless();
    element.srcObject = stream;
    element.style.opacity = "0";
    this.watch(mid, element);
    return element;
  }

  private watch(mid: string, element: HTMLVideoElement): void {
    if (!seesFrames(element)) return;
    element.requestVideoFrameCallback((_now, { rtpTimestamp }) => {
      if (!element.srcObject) return;
      if (this.frame(mid, element, rtpTimestamp ?? null)) this.watch(mid, element);
      else this.untold.set(element, mid);
    });
  }
}

/** Without a pause where the browser can: a <video> that leaves the page for a moment loses its next frames, too. */
export function putInto(place: HTMLElement, element: HTMLVideoElement): void {
  if (element.isConnected && place.isConnected && "moveBefore" in place) place.moveBefore(element, null);
  else place.append(element);
}

export const seesFrames = (element: HTMLVideoElement): boolean => "requestVideoFrameCallback" in element;

/** A <video> without a stream and without a place. */
export function frameless(): HTMLVideoElement {
  const element = document.createElement("video");
  element.autoplay = element.muted = element.playsInline = element.disablePictureInPicture = true;
  element.ariaHidden = "true";
  return element;
}

export function dispose(element: HTMLVideoElement): void {
  element.remove();
  element.srcObject = null;
}
