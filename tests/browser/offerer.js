// A bare page that offers like Kinroom's own page, for looking at offers and answers without the rest of it.
window.offerer = (() => {
  const SENDING = [["microphone", "audio"], ["camera", "video"], ["screen", "video"], ["screen_sound", "audio"]];
  const RIDS = [
    { rid: "q", scaleResolutionDownBy: 4 },
    { rid: "h", scaleResolutionDownBy: 2 },
    { rid: "f", scaleResolutionDownBy: 1 },
  ];
  const EXTENSIONS = /sdes:|ssrc-audio-level|abs-send-time|transport-wide-cc/;
  let pc;
  let streams; // track -> msid streams of the event that brought it
  let pruned;

  function add(kind, init) {
    const transceiver = pc.addTransceiver(kind, init);
    if (!pruned) return transceiver;
    const wanted = kind === "audio" ? ["audio/opus"] : ["video/vp8", "video/rtx"];
    const all = RTCRtpReceiver.getCapabilities(kind).codecs;
    transceiver.setCodecPreferences(all.filter((codec) => wanted.includes(codec.mimeType.toLowerCase())));
    const extensions = transceiver.getHeaderExtensionsToNegotiate?.();
    for (const one of extensions ?? []) if (!EXTENSIONS.test(one.uri)) one.direction = "stopped";
    if (extensions) transceiver.setHeaderExtensionsToNegotiate(extensions);
    return transceiver;
  }

  function addPairs(count) {
    for (let pair = 0; pair < count; pair++) {
      add("audio", { direction: "recvonly" });
      add("video", { direction: "recvonly" });
    }
  }

  // prune: as the page does it; simulcast: three encodings of the camera; sending: how many of the four sources.
  async function start({ pairs, prune = false, simulcast = false, sending = 4 }) {
    pc?.close();
    pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    pruned = prune;
    streams = new Map();
    pc.ontrack = (event) => streams.set(event.track, event.streams.map((stream) => stream.id));
    for (const [source, kind] of SENDING.slice(0, sending)) {
      const encodings = simulcast && source === "camera" ? { sendEncodings: RIDS } : {};
      add(kind, { direction: "sendonly", ...encodings });
    }
    addPairs(pairs);
  }

  async function capture() {
    const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 1280, height: 720 } });
    const [microphone, camera] = pc.getTransceivers();
    await microphone.sender.replaceTrack(media.getAudioTracks()[0]);
    await camera.sender.replaceTrack(media.getVideoTracks()[0]);
  }

  // A data channel and a video m-line that no source is named for: both to be rejected.
  function addUnwanted() {
    pc.createDataChannel("unwanted");
    pc.addTransceiver("video", { direction: "sendrecv" });
  }

  async function offer({ iceRestart = false, gather = false } = {}) {
    await pc.setLocalDescription(await pc.createOffer({ iceRestart }));
    while (gather && pc.iceGatheringState !== "complete") {
      await new Promise((resolve) => pc.addEventListener("icegatheringstatechange", resolve, { once: true }));
    }
    const sources = {};
    SENDING.forEach(([source], index) => {
      const transceiver = pc.getTransceivers()[index];
      if (transceiver?.direction === "sendonly") sources[transceiver.mid] = source;
    });
    return { sdp: pc.localDescription.sdp, sources };
  }

  async function answer(sdp) {
    await pc.setRemoteDescription({ type: "answer", sdp });
    return pc.getTransceivers().map((transceiver) => ({
      mid: transceiver.mid,
      direction: transceiver.currentDirection,
      streams: streams.get(transceiver.receiver.track) ?? null,
      codecs: transceiver.sender.getParameters().codecs?.map((codec) => codec.mimeType.toLowerCase()) ?? [],
      encodings: (transceiver.sender.getParameters().encodings ?? []).map((encoding) => encoding.rid ?? null),
    }));
  }

  // Shows the first picture that comes in; `frames`: of each frame shown, when (ms) and how many lines it has.
  const frames = [];
  function watch() {
    const slot = pc.getTransceivers().find((one) => one.direction === "recvonly" && one.receiver.track.kind === "video");
    const video = Object.assign(document.createElement("video"), { muted: true, srcObject: new MediaStream([slot.receiver.track]) });
    const note = (now, { height }) => {
      frames.push([now, height]);
      video.requestVideoFrameCallback(note);
    };
    video.requestVideoFrameCallback(note);
    document.body.append(video);
    video.play();
  }

  return { start, capture, watch, frames, addPairs, addUnwanted, offer, answer };
})();
