// A recording as it is played: a list leaves holes out, so the time on the
// player's clock, the place in the recording and the time of day are told
// apart here. (Holes: the host was away, or a part was lost.)

export interface Part {
  /** On the player's clock, seconds. */
  start: number;
  length: number;
  /** Time of day, ms. */
  at: number;
}

export class Timeline {
  constructor(private readonly parts: Part[]) {}

  get empty() {
    return !this.parts.length;
  }

  /** When the recording begins, time of day in ms. */
  get origin() {
    return this.parts[0]?.at ?? 0;
  }

  /** Time of day of a moment on the player's clock. */
  dayAt(seconds: number): number {
    const p = this.parts.filter((x) => x.start <= seconds + 0.001).pop() ?? this.parts[0];
    return p ? p.at + (seconds - p.start) * 1000 : 0;
  }

  /** The player's clock at a time of day; in a hole, where it goes on. */
  playAt(day: number): number {
    for (const p of this.parts) {
      if (day < p.at) return p.start;
      if (day < p.at + p.length * 1000) return p.start + (day - p.at) / 1000;
    }
    const last = this.parts.at(-1);
    return last ? last.start + last.length : 0;
  }

  /** The player's clock at a place in the recording, which counts holes. */
  playFrom(seconds: number): number {
    return this.playAt(this.origin + seconds * 1000);
  }
}

/** Reads a media playlist's times: the same for a player of our own and for the phone's. */
export function readTimeline(playlist: string): Timeline {
  const parts: Part[] = [];
  let start = 0;
  let at = 0;
  for (const line of playlist.split('\n')) {
    const day = /^#EXT-X-PROGRAM-DATE-TIME:(.+)$/.exec(line);
    if (day) at = Date.parse(day[1]!.trim());
    const length = /^#EXTINF:([\d.]+)/.exec(line);
    if (!length) continue;
    const seconds = Number(length[1]);
    const last = parts.at(-1);
    if (last && Math.abs(last.at + last.length * 1000 - at) < 5) last.length += seconds;
    else parts.push({ start, length: seconds, at });
    start += seconds;
    at += seconds * 1000;
  }
  return new Timeline(parts);
}

/** Plays a recording in a <video>: by the phone itself on iOS, else by the library. Gives the end of it. */
export async function playRecording(video: HTMLVideoElement, url: string, failed: (why: unknown) => void): Promise<() => void> {
  const { isIOS } = await import('./player');
  const native = video.canPlayType('application/vnd.apple.mpegurl') !== '';
  if (native && (isIOS() || typeof MediaSource === 'undefined')) {
    const bad = () => failed(video.error);
    video.src = url;
    video.addEventListener('error', bad);
    return () => {
      video.removeEventListener('error', bad);
      video.removeAttribute('src');
      video.load();
    };
  }
  const { default: Hls } = await import('./hls');
  const hls = new Hls({ enableWorker: false, maxBufferLength: 20, backBufferLength: 30 });
  let mended = 0;
  hls.on(Hls.Events.ERROR, (_, data) => {
    if (!data.fatal) return;
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR && mended++ < 2) hls.recoverMediaError();
    else failed(data);
  });
  hls.attachMedia(video);
  hls.loadSource(url);
  return () => hls.destroy();
}
