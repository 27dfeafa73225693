// Given to a page before it loads, in benches only. Notes what arrives on each slot, what is shown, what is heard, and
// how often the page begins a negotiation. Times are wall clock milliseconds.
//
//   watched.take() -> {mids, arrived, shown, heard, offers}: what was noted since the last take. `mids[n]` is the m-line
//   of receiver n; a note is [n, RTP timestamp, time]. `arrived`: whole encoded frames, in the order in which they came;
//   `shown`: decoded ones, when the browser handed them to the screen (a busy page hears of it later); `heard`: a sample
//   of what was played when, now and then.
() => {
  const KEPT = 4000; // notes of each kind between two takes
  const SAMPLE_MS = 250; // to ask more often would cost the page what is measured: it waits for another thread

  // One worker for all slots: the order across slots is its own. Frames go on untouched.
  const inWorker = (kept) => {
    let arrived = [];
    onrtctransform = ({ transformer: { options, readable, writable } }) => {
      const note = new TransformStream({
        transform(frame, controller) {
          const rtp = frame.getMetadata().rtpTimestamp ?? frame.timestamp;
          arrived.push([options.n, rtp, performance.timeOrigin + performance.now()]);
          if (arrived.length > kept) arrived.shift();
          controller.enqueue(frame);
        },
      });
      readable.pipeThrough(note).pipeTo(writable);
    };
    onmessage = () => {
      postMessage(arrived);
      arrived = [];
    };
  };

  const receivers = [];
  const lines = []; // their transceivers
  let shown = [];
  let heard = [];
  let offers = 0;
  let worker = null;

  const put = (list, note) => {
    list.push(note);
    if (list.length > KEPT) list.shift();
  };

  function watch(transceiver) {
    worker ??= new Worker(URL.createObjectURL(new Blob([`(${inWorker})(${KEPT})`], { type: "text/javascript" })));
    transceiver.receiver.transform = new RTCRtpScriptTransform(worker, { n: receivers.length });
    receivers.push(transceiver.receiver);
    lines.push(transceiver);
  }

  window.RTCPeerConnection = class extends RTCPeerConnection {
    addTransceiver(kind, init) {
      const transceiver = super.addTransceiver(kind, init);
      if (init?.direction === "recvonly") watch(transceiver);
      return transceiver;
    }

    setLocalDescription(description) {
      offers++;
      return super.setLocalDescription(description);
    }
  };

  const request = HTMLVideoElement.prototype.requestVideoFrameCallback;
  HTMLVideoElement.prototype.requestVideoFrameCallback = function (callback) {
    return request.call(this, (moment, frame) => {
      const track = this.srcObject?.getVideoTracks()[0];
      const n = receivers.findIndex((receiver) => receiver.track === track);
      if (n >= 0) put(shown, [n, frame.rtpTimestamp, performance.timeOrigin + frame.presentationTime]);
      callback(moment, frame);
    });
  };

  const lastHeard = new Map();
  setInterval(() => {
    // Only those that carry somebody: to ask a receiver costs a page more than to play it.
    const carrying = new Set(window.kinroom?.slots().map(({ mid }) => mid));
    receivers.forEach((receiver, n) => {
      if (receiver.track.kind !== "audio" || !carrying.has(lines[n].mid)) return;
      const source = receiver.getSynchronizationSources()[0];
      if (!source || lastHeard.get(n) === source.rtpTimestamp) return;
      lastHeard.set(n, source.rtpTimestamp);
      // Wall clock in Chromium, whatever the specification says.
      put(heard, [n, source.rtpTimestamp, source.timestamp]);
    });
  }, SAMPLE_MS);

  window.watched = {
    async take() {
      const arrived = await new Promise((resolve) => {
        if (!worker) return resolve([]);
        worker.onmessage = ({ data }) => resolve(data);
        worker.postMessage(null);
      });
      const taken = { mids: lines.map(({ mid }) => mid ?? ""), arrived, shown, heard, offers };
      shown = [];
      heard = [];
      offers = 0;
      return taken;
    },
  };
}
