// Given to a page before it loads, so that many fit on few cores: its camera is small and slow, and its microphone is
// taken as it is (a third of a page's work is cleaning a sound that nobody listens to).
(width, height, frameRate) => {
  const devices = navigator.mediaDevices;
  const ask = devices?.getUserMedia.bind(devices);
  if (!ask) return;
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const like = (wanted, ours) => wanted && { ...(wanted === true ? {} : wanted), ...ours };
  devices.getUserMedia = ({ video, audio }) =>
    ask({
      ...(video && { video: like(video, { width, height, frameRate }) }),
      ...(audio && { audio: like(audio, plain) }),
    });
}
