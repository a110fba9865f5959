// Publishes a camera by WHIP and keeps it published: the link machine decides
// how to hold on, the ladder how much picture the line gets. This file does
// what they say.
import { shallowRef } from 'vue';
import { ladder, step, type Ladder, type Level } from './ladder';
import { link, next, type Effect, type Event, type Link } from './link';
import { StillTrack } from './still';
import { leave, post, restart, restarted, WhipError, type Resource } from './whip';

export interface Health {
  phase: Link['phase'];
  level: Level;
  /** Whether it ever was on air. */
  been: boolean;
  /** Fault code of a refusal, and the server's words for it. */
  reason: string;
  words: string;
  /** What is sent, kbit/s, and lost on the way, 0 to 1; of the last two seconds. */
  kbps: number;
  loss: number;
  rtt: number; // ms
  fps: number;
}

const look = { full: { scale: 1, fps: 20, bits: 1_200_000 }, small: { scale: 2, fps: 12, bits: 250_000 }, still: { scale: 1, fps: 2, bits: 80_000 } } as const;
/** What a sender begins with, before anybody has measured the line. */
const firstBits = 600_000;
const statsEvery = 2_000;

export class Publisher {
  readonly health = shallowRef<Health>({ phase: 'idle', level: 'full', been: false, reason: '', words: '', kbps: 0, loss: 0, rtt: 0, fps: 0 });
  private link: Link = link();
  private ladder: Ladder = ladder();
  private pc: RTCPeerConnection | undefined;
  private resource: Resource | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stats: ReturnType<typeof setInterval> | undefined;
  private still: StillTrack | undefined;
  private last = { bytes: 0, at: 0, packets: 0, lost: 0 };
  private grown = false; // past the careful first rate
  private readonly wake = () => this.send({ is: 'wake' });
  private readonly seen = () => document.visibilityState === 'visible' && this.send({ is: 'wake' });
  private readonly gone = () => this.resource && leave(this.resource);

  constructor(
    private readonly url: string,
    private readonly token: string,
    private stream: MediaStream,
    /** `sound`: a guest or host who sends no picture by choice. */
    private readonly options: { soundOnly?: boolean } = {},
  ) {}

  start() {
    addEventListener('online', this.wake);
    document.addEventListener('visibilitychange', this.seen);
    addEventListener('pagehide', this.gone);
    if (this.options.soundOnly) this.ladder = ladder('still');
    this.stats = setInterval(() => void this.measure(), statsEvery);
    this.send({ is: 'start' });
  }

  stop() {
    removeEventListener('online', this.wake);
    document.removeEventListener('visibilitychange', this.seen);
    removeEventListener('pagehide', this.gone);
    clearInterval(this.stats);
    this.send({ is: 'stop' });
    this.still?.stop();
  }

  /** Another camera, or the same one after a phone call: nobody is cut off. */
  async use(stream: MediaStream) {
    this.stream = stream;
    const audio = stream.getAudioTracks()[0] ?? null;
    await this.sender('audio')?.replaceTrack(audio);
    await this.show();
  }

  private tell(more: Partial<Health> = {}) {
    const { phase, been, reason } = this.link;
    this.health.value = { ...this.health.value, phase, been, reason, level: this.ladder.level, ...more };
  }

  private send(e: Event) {
    let effects: Effect[];
    [this.link, effects] = next(this.link, e);
    for (const f of effects) this.perform(f);
    this.tell();
  }

  private perform(f: Effect) {
    switch (f.do) {
      case 'post':
        return void this.post();
      case 'restart':
        return void this.restart();
      case 'timer':
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.send({ is: 'timer' }), f.ms);
        return;
      case 'rest':
        return clearTimeout(this.timer);
      case 'drop':
        return this.drop();
      case 'leave':
        if (this.resource) leave(this.resource);
        return this.drop();
    }
  }

  private drop() {
    if (this.pc) {
      this.pc.onconnectionstatechange = null;
      this.pc.close();
    }
    this.pc = undefined;
    this.resource = undefined;
    this.last = { bytes: 0, at: 0, packets: 0, lost: 0 };
    this.grown = false;
  }

  private async post() {
    const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    this.pc = pc;
    const current = () => this.pc === pc;
    pc.onconnectionstatechange = () => {
      if (!current()) return;
      if (pc.connectionState === 'connected') this.send({ is: 'connected' });
      if (pc.connectionState === 'disconnected' || pc.connectionState === 'failed') this.send({ is: 'lost' });
    };
    try {
      const audio = this.stream.getAudioTracks()[0];
      if (audio) pc.addTransceiver(audio, { direction: 'sendonly', streams: [this.stream] });
      const video = pc.addTransceiver(this.picture(), { direction: 'sendonly', streams: [this.stream], sendEncodings: [this.encoding(true)] });
      preferH264(video);
      await pc.setLocalDescription();
      await gathered(pc);
      const { resource, sdp } = await post(this.url, this.token, pc.localDescription!.sdp);
      if (!current()) return leave(resource);
      this.resource = resource;
      await pc.setRemoteDescription({ type: 'answer', sdp });
      this.send({ is: 'answered' });
      if (pc.connectionState === 'connected') this.send({ is: 'connected' });
    } catch (e) {
      if (!current()) return;
      const refusal = e instanceof WhipError ? e : new WhipError(0, 'browser');
      this.tell({ words: refusal.message });
      this.send({ is: 'post-failed', status: refusal.status, code: refusal.code });
    }
  }

  private async restart() {
    const { pc, resource } = this;
    if (!pc || !resource) return;
    try {
      pc.restartIce();
      await pc.setLocalDescription(await pc.createOffer({ iceRestart: true }));
      await gathered(pc);
      const frag = await restart(resource, pc.localDescription!.sdp);
      if (this.pc !== pc) return;
      await pc.setRemoteDescription({ type: 'answer', sdp: restarted(pc.remoteDescription!.sdp, frag) });
    } catch (e) {
      if (this.pc === pc) this.send({ is: 'restart-failed', status: e instanceof WhipError ? e.status : 0 });
    }
  }

  private sender(kind: 'audio' | 'video') {
    return this.pc?.getTransceivers().find((t) => t.mid !== null && t.sender && (t.receiver.track.kind === kind))?.sender;
  }

  /** The track that the present level shows. */
  private picture(): MediaStreamTrack {
    const camera = this.stream.getVideoTracks()[0];
    if (this.ladder.level !== 'still' && camera) return camera;
    this.still ??= new StillTrack();
    this.still.from(camera);
    return this.still.track;
  }

  private encoding(first = false): RTCRtpEncodingParameters {
    const { scale, fps, bits } = look[this.ladder.level];
    return { maxBitrate: first ? Math.min(firstBits, bits) : bits, maxFramerate: fps, scaleResolutionDownBy: scale };
  }

  /** Brings what is sent in line with the level. */
  private async show() {
    const sender = this.sender('video');
    if (!sender) return;
    await sender.replaceTrack(this.picture());
    if (this.ladder.level !== 'still') {
      this.still?.stop();
      this.still = undefined;
    }
    const p = sender.getParameters();
    if (p.encodings[0]) Object.assign(p.encodings[0], this.encoding());
    await sender.setParameters(p).catch(() => undefined); // an old browser sends at its own size
  }

  private async measure() {
    const pc = this.pc;
    if (!pc || this.link.phase !== 'live') return;
    const report = await pc.getStats();
    if (this.pc !== pc) return;
    const now = performance.now();
    let bytes = 0, packets = 0, lost = 0, fps = 0, rtt = 0, limited = false;
    let room: number | undefined;
    for (const s of report.values()) {
      if (s.type === 'outbound-rtp') {
        bytes += s.bytesSent ?? 0;
        packets += s.packetsSent ?? 0;
        if (s.kind === 'video') {
          fps = s.framesPerSecond ?? 0;
          limited = s.qualityLimitationReason === 'bandwidth';
        }
      }
      if (s.type === 'remote-inbound-rtp') {
        lost += s.packetsLost ?? 0;
        rtt = Math.max(rtt, (s.roundTripTime ?? 0) * 1000);
      }
      if (s.type === 'candidate-pair' && s.nominated && s.availableOutgoingBitrate) room = s.availableOutgoingBitrate / 1000;
    }
    const { last } = this;
    this.last = { bytes, at: now, packets, lost };
    if (!last.at || bytes < last.bytes) return;
    const kbps = ((bytes - last.bytes) * 8) / (now - last.at);
    const sent = packets - last.packets;
    const loss = sent > 0 ? Math.min(1, Math.max(0, (lost - last.lost) / sent)) : 0;
    if (room === undefined && limited) room = kbps;
    this.tell({ kbps, loss, rtt, fps });
    if (this.options.soundOnly) return;
    const before = this.ladder.level;
    this.ladder = step(this.ladder, { at: now, loss, kbps: room });
    // The line is known now: what it began with carefully may grow.
    if (this.ladder.level !== before || !this.grown) {
      this.grown = true;
      await this.show();
      this.tell();
    }
  }
}

/** Host candidates come in an instant; a slow one is not waited for: the server learns it from the first packet. */
function gathered(pc: RTCPeerConnection): Promise<void> {
  if (pc.iceGatheringState === 'complete') return Promise.resolve();
  return new Promise((done) => {
    const timer = setTimeout(finish, 400);
    function finish() {
      clearTimeout(timer);
      pc.removeEventListener('icegatheringstatechange', look);
      done();
    }
    function look() {
      if (pc.iceGatheringState === 'complete') finish();
    }
    pc.addEventListener('icegatheringstatechange', look);
  });
}

function preferH264(t: RTCRtpTransceiver) {
  const all = RTCRtpSender.getCapabilities?.('video')?.codecs;
  if (!all || !t.setCodecPreferences) return;
  const h264 = (c: { mimeType: string }) => /h264/i.test(c.mimeType);
  try {
    t.setCodecPreferences([...all.filter(h264), ...all.filter((c) => !h264(c))]);
  } catch {
    // The browser's own order then; the server picks H.264 out of it.
  }
}
