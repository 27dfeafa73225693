// Given to a page before it loads, in benches only. Notes what a person at it sees and hears: when a frame was shown,
// how tall it was, and what the browser made up of a sound. Times are wall clock milliseconds.
//
//   senses.listen(ids): from now on the sound of these people is looked at.
//   senses.take() -> {frames, sounds}: what was noted since the last take. A frame is [m-line, time, height]; a sound is
//   [m-line, time, connection, samples, made up, of these silence, packets], all counted since that connection began.
() => {
  const KEPT = 20_000; // notes of each kind between two takes
  const LOOK_MS = 500; // to ask more often would cost the page what is measured
  const FIND_MS = 200;

  let frames = [];
  let sounds = [];
  let wanted = new Set();
  const mids = new WeakMap(); // track -> m-line
  const watched = new WeakSet();
  const connections = new Map(); // RTCPeerConnection -> its number, which no other one has, also after a reload

  const put = (list, note) => {
    list.push(note);
    if (list.length > KEPT) list.shift();
  };

  function midOf(track) {
    if (!mids.has(track)) {
      const line = window.kinroom?.pc()?.getTransceivers().find(({ receiver }) => receiver.track === track);
      if (line?.mid) mids.set(track, line.mid);
    }
    return mids.get(track);
  }

  function watch(video) {
    video.requestVideoFrameCallback((_now, frame) => {
      const track = video.srcObject?.getVideoTracks?.()[0];
      const mid = track && midOf(track);
      if (mid) put(frames, [mid, performance.timeOrigin + frame.presentationTime, frame.height]);
      watch(video);
    });
  }

  setInterval(() => {
    for (const video of document.querySelectorAll("video")) {
      if (watched.has(video)) continue;
      watched.add(video);
      watch(video);
    }
  }, FIND_MS);

  async function look() {
    const pc = window.kinroom?.pc();
    if (!pc || wanted.size === 0) return;
    if (!connections.has(pc)) connections.set(pc, Date.now());
    const carrying = window.kinroom.slots().filter((slot) => slot.source === "microphone" && wanted.has(slot.participant));
    for (const { mid } of carrying) {
      const receiver = pc.getTransceivers().find((line) => line.mid === mid)?.receiver;
      for (const report of (await receiver?.getStats())?.values() ?? []) {
        if (report.type !== "inbound-rtp") continue;
        const { totalSamplesReceived = 0, concealedSamples = 0, silentConcealedSamples = 0, packetsReceived = 0 } = report;
        const counts = [totalSamplesReceived, concealedSamples, silentConcealedSamples, packetsReceived];
        put(sounds, [mid, performance.timeOrigin + performance.now(), connections.get(pc), ...counts]);
      }
    }
  }
  setInterval(look, LOOK_MS);

  window.senses = {
    listen(ids) {
      wanted = new Set(ids);
    },
    async take() {
      await look();
      const taken = { frames, sounds };
      frames = [];
      sounds = [];
      return taken;
    },
  };
}
