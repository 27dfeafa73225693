/** One person's place in one session: its parts, put together behind the seam that screens read. */

import { computed, effect } from "@preact/signals";
import type { Reply, Request, View } from "../connection/wire";
import { Bell, bellOf } from "../media/bell";
import { screenPossible } from "../media/capture";
import { WakeLock, watchSurroundings } from "../media/surroundings";
import { Acts } from "./acting";
import { Coming } from "./coming";
import { Devices } from "./devices";
import { ToldFacts } from "./facts";
import type { RoomView, SessionStore } from "./model";
import { Receiving } from "./receiving";
import { sweepSeats } from "./seats";

interface Parts {
  readonly facts: ToldFacts;
  readonly devices: Devices;
  readonly receiving: Receiving;
  readonly bell: Bell;
  readonly coming: Coming;
  readonly acts: Acts;
}

function assemble(): Parts {
  const wire = {
    request: (request: Request): Promise<Reply> => coming.request(request),
    isUp: (): boolean => coming.isUp,
  };
  const devices: Devices = new Devices({ ...wire, setTrack: (source, track) => receiving.setTrack(source, track) });
  const { local } = devices;
  const facts = new ToldFacts(() => ({ muted: local.muted.value, sources: [...local.tracks.value.keys()] }));
  const receiving: Receiving = new Receiving({ ...wire, facts, local, doubt: () => coming.doubt() });
  const bell = new Bell();
  const prime = (): void => {
    receiving.sounds.prime();
    local.wake();
    bell.wake();
  };
  const stepping = (on: boolean) => (): void => void (facts.stepping.value = on);
  const acts = new Acts({ ...wire, prime, stepAway: stepping(true), stay: stepping(false) });
  const coming: Coming = new Coming({
    take: (message) => {
      const before = facts.toldMe.peek();
      const taken = facts.take(message);
      const mine = facts.toldMe.peek();
      if (message.type === "changes" && mine !== before && mine && facts.room.peek()) devices.heard(mine);
      return taken;
    },
    view: (view, resumed) => {
      if (view.type === "waiting" && view.sent_back) local.setMuted(true);
      if (view.type !== "snapshot") return receiving.rest();
      devices.believe(view.me, ownSources(view), resumed);
      receiving.enter(view);
      // After a reload nobody tapped; whoever sends sound may play it.
      bell.wake();
      // A room that we were let into just now: what is held is told.
      devices.run();
    },
    hear: (message) => receiving.hear(message),
    ownName: () => facts.people.peek().find((person) => person.me)?.name ?? null,
    up: () => {
      devices.keep();
      devices.run();
      receiving.planView();
      acts.again();
    },
    peerId: () => receiving.way.peerId,
    prime,
    takeDevicesAgain: () => void devices.takeAgain(),
    over: (release) => {
      acts.forget();
      receiving.rest();
      facts.forget();
      if (release) local.release();
    },
  });
  devices.follow(facts);
  receiving.followAway(() => devices.away.value);
  ringFor(facts, devices, bell);
  return { facts, devices, receiving, bell, coming, acts };
}

/** Whoever comes, looks or speaks to all is heard of by everybody concerned, but not by who has stepped away. */
function ringFor(facts: ToldFacts, devices: Devices, bell: Bell): void {
  let before: RoomView | null = null;
  effect(() => {
    const room = facts.room.value?.room ?? null;
    const what = bellOf(before, room, facts.me.peek());
    before = room;
    if (what && !devices.away.peek()) bell.play(what);
  });
}

const ownSources = (view: Extract<View, { type: "snapshot" }>) =>
  view.people.find((person) => person.id === view.you)?.sources ?? [];

/** The screen stays on, and a page that wakes up looks at once whether it is still connected. */
function watchAround({ coming, devices, receiving, bell }: Parts): void {
  const wakeLock = new WakeLock();
  const wanted = (): boolean => coming.phase.value === "inRoom" || coming.phase.value === "reconnecting";
  effect(() => void wakeLock.want(wanted()));
  const network = (): void => {
    coming.hurry();
    receiving.way.networkChanged();
  };
  const awake = (): void => {
    coming.hurry();
    devices.local.lookAfter();
    devices.local.wake();
    receiving.sounds.goOn();
    bell.wake();
    void wakeLock.want(wanted());
  };
  watchSurroundings({
    network,
    awake,
    slept: () => (network(), awake()),
    hidden: (hidden) => receiving.lookAway(hidden),
  });
  // Headphones that were chosen and are gone: what they played is heard from somewhere.
  effect(() => {
    const chosen = receiving.output.peek();
    const { outputs } = devices.local;
    if (chosen && outputs.value.length > 0 && !outputs.value.some(({ id }) => id === chosen)) void receiving.choose("");
  });
}

function storeOf({ facts, devices, receiving, bell, coming, acts }: Parts): SessionStore {
  const { local } = devices;
  return {
    phase: coming.phase,
    notice: coming.notice,
    link: coming.linkOpen,
    supportCode: (token) => coming.supportCode(token),
    checkLink: (token) => coming.checkLink(token),
    spendCode: (code) => coming.spendCode(code),
    resume: (token) => coming.resume(token),
    resumeLast: () => coming.resumeLast(),
    join: (how) => coming.join(how),
    joinStandby: (token) => coming.joinStandby(token),
    leave: () => coming.leave(),
    leaveQuickly: () => coming.leaveQuickly(),

    act: (request) => acts.act(request),
    makeStandby: () => acts.makeStandby(),

    place: facts.place,
    me: facts.me,
    mine: facts.mine,
    people: facts.people,
    speakers: facts.speakers,
    roomView: facts.roomView,
    team: facts.team,
    board: facts.board,
    pulse: facts.pulse,
    voice: facts.voice,
    lines: facts.lines,
    waiting: facts.waiting,
    numbers: facts.numbers,
    desk: facts.desk,
    figures: facts.figures,
    silent: facts.silent,
    serverNow: () => facts.serverNow(),

    muted: local.muted,
    cameraOn: local.cameraOn,
    sharing: local.sharing,
    microphone: local.microphone,
    microphoneHint: devices.microphoneHint,
    deviceNews: local.news,
    cameras: local.cameras,
    microphones: local.microphones,
    outputs: local.outputs,
    camera: local.camera,
    microphoneDevice: local.microphoneDevice,
    output: receiving.output,
    preview: local.preview,
    facing: local.facing,
    micLevel: local.micLevel,
    canFlipCamera: local.canFlipCamera,
    canShareScreen: screenPossible(),
    requestDevices: (what) => local.request(what),
    releaseDevices: () => local.release(),
    chooseCamera: (id) => local.chooseCamera(id),
    chooseMicrophone: (id) => local.chooseMicrophone(id),
    chooseOutput: (id) => receiving.choose(id),
    setMuted: (muted) => devices.setMuted(muted),
    setCamera: (on) => devices.setCamera(on),
    flipCamera: () => local.flipCamera(),
    startScreen: () => devices.startScreen(),
    stopScreen: () => local.stopScreen(),

    pictures: receiving.pictures,
    audioBlocked: receiving.sounds.blocked,
    decodingBehind: receiving.decodingBehind,
    pictureLimit: receiving.pictureLimit,
    soundSqueezed: receiving.soundSqueezed,
    squeezedSince: receiving.squeezedSince,
    ownPaused: computed(() => receiving.ownPaused.value && local.cameraOn.value),
    needed: receiving.wishes.needed,
    thrift: receiving.wishes.thrift,
    dataUsed: receiving.way.used,
    mediaStalled: receiving.way.stalled,
    setNeeded: (participant) => receiving.wishes.setNeeded(participant),
    setThrift: (thrift) => {
      receiving.wishes.setThrift(thrift);
      if (thrift === "sound") void devices.setCamera(false);
    },
    setVolume: (participant, volume) => receiving.setVolume(participant, volume),
    volumeOf: (participant) => receiving.volumeOf(participant),
    setView: (wanted, part = "stage") => receiving.setView(wanted, part),
    show: (...screen) => receiving.show(...screen),
    unblockAudio: () => {
      local.wake();
      bell.wake();
      return receiving.sounds.unblock();
    },
  };
}

export function createSession(): SessionStore {
  sweepSeats(Date.now());
  const parts = assemble();
  watchAround(parts);
  const store = storeOf(parts);
  // For browser tests and whoever opens the developer tools; it gives nothing they would not have.
  const { way } = parts.receiving;
  Object.assign(window, { kinroom: { pc: () => way.pc, slots: () => parts.facts.slots.peek(), store } });
  return store;
}
