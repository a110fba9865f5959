// Plays a live room in a <video>, and comes back by itself: WHEP where it
// works, LL-HLS where it does not, the phone's own HLS on iOS.
//
//   opening → playing ⇄ stalled → opening …     blocked: the browser wants a tap
import { shallowRef, type Ref } from 'vue';
import { Whep } from './whep';

export type Way = 'whep' | 'hls' | 'native';
export type Phase = 'opening' | 'playing' | 'stalled' | 'blocked';

export interface Sources {
  hls: string;
  whep?: string;
}

/** What plays a stream; closed once, never used again. */
interface Engine {
  close(): void;
  /** Jumps to what is happening now. */
  edge?(): void;
}

export const isIOS = () => /iP(hone|ad|od)/.test(navigator.userAgent) || (navigator.platform === 'MacIntel' && navigator.maxTouchPoints > 1);

/** The ways to try, the first one first. */
export function ways(sources: Sources, video: Pick<HTMLVideoElement, 'canPlayType'>): Way[] {
  const native = video.canPlayType('application/vnd.apple.mpegurl') !== '';
  if (isIOS() && native) return ['native'];
  const out: Way[] = [];
  if (sources.whep && typeof RTCPeerConnection !== 'undefined') out.push('whep');
  out.push(typeof MediaSource !== 'undefined' || !native ? 'hls' : 'native');
  return out;
}

/** 1, 2, 4, 8, 8 … seconds. */
export const backoff = (attempt: number) => Math.min(8000, 1000 * 2 ** attempt);

/** How long a picture may stand still before the player begins anew. */
const stillFor = 6000;

export class LivePlayer {
  readonly phase: Ref<Phase> = shallowRef<Phase>('opening');
  readonly muted = shallowRef(false);
  readonly way: Ref<Way | undefined> = shallowRef<Way>();
  private engine?: Engine;
  private list: Way[] = [];
  private attempt = 0;
  private retry?: ReturnType<typeof setTimeout>;
  private watch?: ReturnType<typeof setInterval>;
  private lastTime = -1;
  private lastMove = 0;
  private expected = true;
  private stopped = false;
  private token = 0;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly sources: Sources,
  ) {}

  start() {
    this.list = ways(this.sources, this.video);
    this.video.playsInline = true;
    this.video.addEventListener('playing', this.onPlaying);
    this.video.addEventListener('waiting', this.onWaiting);
    this.video.addEventListener('error', this.onError);
    addEventListener('online', this.now);
    document.addEventListener('visibilitychange', this.onVisible);
    this.watch = setInterval(() => this.look(), 1000);
    this.open();
  }

  stop() {
    this.stopped = true;
    this.token++;
    clearTimeout(this.retry);
    clearInterval(this.watch);
    removeEventListener('online', this.now);
    document.removeEventListener('visibilitychange', this.onVisible);
    this.video.removeEventListener('playing', this.onPlaying);
    this.video.removeEventListener('waiting', this.onWaiting);
    this.video.removeEventListener('error', this.onError);
    this.shut();
  }

  /** Whether the host is on air: a still picture is only a fault when so. */
  expect(on: boolean) {
    const back = on && !this.expected;
    this.expected = on;
    this.lastMove = performance.now();
    if (back) this.now();
  }

  /** A tap: browsers allow sound after one. */
  async unmute() {
    this.video.muted = this.muted.value = false;
    await this.video.play().catch(() => this.play());
  }

  mute() {
    this.video.muted = this.muted.value = true;
  }

  /** Begins anew at once, without waiting out the pause. */
  readonly now = () => {
    if (this.stopped) return;
    this.attempt = 0;
    if (this.phase.value === 'playing' && this.moving()) this.engine?.edge?.();
    else this.open();
  };

  private moving() {
    return performance.now() - this.lastMove < 2500;
  }

  private shut() {
    this.engine?.close();
    this.engine = undefined;
  }

  private open(from = 0) {
    if (this.stopped) return;
    clearTimeout(this.retry);
    this.shut();
    const token = ++this.token;
    const way = this.list[from]!;
    this.way.value = way;
    if (this.phase.value !== 'blocked') this.phase.value = 'opening';
    this.lastMove = performance.now();
    const failed = () => token === this.token && (from + 1 < this.list.length ? this.open(from + 1) : this.later());
    if (way === 'whep') this.openWhep(token, failed, from);
    else if (way === 'native') this.openNative();
    else void this.openHls(token, failed);
  }

  private later() {
    if (this.stopped) return;
    this.shut();
    this.token++;
    if (this.phase.value === 'playing') this.phase.value = 'stalled';
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.open(), backoff(this.attempt++));
  }

  private openWhep(token: number, failed: () => unknown, from: number) {
    const whep = new Whep(this.sources.whep!, this.video, {
      picture: () => void this.play(),
      end: (why) => {
        if (token !== this.token) return;
        if (why === 'lost') this.later();
        else {
          // This room, or this network, is for HLS: do not ask again.
          this.list = this.list.filter((w) => w !== 'whep');
          if (this.list.length) this.open(Math.min(from, this.list.length - 1));
          else failed();
        }
      },
    });
    this.engine = whep;
    void whep.start();
    void import('./hls').catch(() => undefined); // at hand, should this way fail
    void this.play();
  }

  private openNative() {
    const src = this.sources.hls;
    this.video.src = src;
    this.engine = {
      close: () => {
        this.video.removeAttribute('src');
        this.video.load();
      },
    };
    void this.play();
  }

  private async openHls(token: number, failed: () => unknown) {
    const { default: Hls } = await import('./hls').catch(() => ({ default: undefined }));
    if (token !== this.token) return;
    if (!Hls || !Hls.isSupported()) {
      failed();
      return;
    }
    const hls = new Hls({
      lowLatencyMode: true,
      enableWorker: false, // a worker would be loaded from a blob that the page's policy does not need to allow
      backBufferLength: 10,
      maxBufferLength: 12,
      liveSyncDurationCount: 2,
      liveMaxLatencyDurationCount: 6,
      maxLiveSyncPlaybackRate: 1.1,
      manifestLoadPolicy: policy(8000),
      playlistLoadPolicy: policy(9000),
      fragLoadPolicy: policy(12_000),
    });
    this.engine = {
      close: () => hls.destroy(),
      edge: () => {
        const at = hls.liveSyncPosition;
        if (at && at - this.video.currentTime > 4) this.video.currentTime = at;
      },
    };
    hls.on(Hls.Events.ERROR, (_, data) => {
      if (!data.fatal || token !== this.token) return;
      if (data.type === Hls.ErrorTypes.MEDIA_ERROR && this.attempt++ < 2) hls.recoverMediaError();
      else failed();
    });
    hls.on(Hls.Events.MANIFEST_PARSED, () => void this.play());
    hls.attachMedia(this.video);
    hls.loadSource(this.sources.hls);
  }

  /** Plays with sound where the browser lets us, else silently, else asks for a tap. */
  private async play() {
    const token = this.token;
    this.video.muted = this.muted.value;
    try {
      await this.video.play();
    } catch (error) {
      if (token !== this.token || (error as DOMException).name !== 'NotAllowedError') return;
      if (!this.video.muted) {
        this.video.muted = this.muted.value = true;
        await this.play();
      } else this.phase.value = 'blocked';
    }
  }

  private readonly onPlaying = () => {
    this.phase.value = 'playing';
    this.lastMove = performance.now();
  };

  private readonly onWaiting = () => {
    if (this.phase.value === 'playing') this.phase.value = 'stalled';
  };

  private readonly onError = () => {
    if (this.way.value === 'native') this.later();
  };

  private readonly onVisible = () => {
    if (document.visibilityState === 'visible') this.now();
  };

  /** Once a second: has the picture moved? */
  private look() {
    const at = this.video.currentTime;
    if (at !== this.lastTime) {
      this.lastTime = at;
      this.lastMove = performance.now();
      this.attempt = 0;
      if (!this.video.paused && this.video.readyState > 2) this.phase.value = 'playing';
      return;
    }
    if (document.visibilityState === 'hidden' || this.phase.value === 'blocked') {
      this.lastMove = performance.now();
      return;
    }
    const still = performance.now() - this.lastMove;
    if (this.phase.value === 'playing' && still > 2000) this.phase.value = 'stalled';
    if (!this.expected || still < stillFor) return;
    this.lastMove = performance.now();
    if (this.video.paused && this.video.readyState > 2) void this.play();
    else this.later();
  }
}

const policy = (ms: number) => ({
  default: {
    maxTimeToFirstByteMs: ms,
    maxLoadTimeMs: ms * 2,
    timeoutRetry: { maxNumRetry: 2, retryDelayMs: 0, maxRetryDelayMs: 0 },
    errorRetry: { maxNumRetry: 3, retryDelayMs: 800, maxRetryDelayMs: 4000 },
  },
});
