// Given to a page before it loads: its camera is small and slow, so that many pages fit on few cores.
(width, height, frameRate) => {
  const devices = navigator.mediaDevices;
  const ask = devices?.getUserMedia.bind(devices);
  if (!ask) return;
  devices.getUserMedia = ({ video, ...rest }) =>
    ask({ ...rest, ...(video && { video: { ...(video === true ? {} : video), width, height, frameRate } }) });
}
