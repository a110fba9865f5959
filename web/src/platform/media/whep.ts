// A WHEP viewer (RFC 9725's counterpart for watching): one POST with an offer,
// an answer back, media by WebRTC with the least delay. It says once what
// became of it; what to do next is the player's business.

export type WhepEnd =
  | 'refused' // the server sends this room by HLS only, or has no place left
  | 'no_sound' // the picture would come without the room's sound
  | 'late' // no picture in time
  | 'lost'; // the connection broke

export interface WhepHandlers {
  picture(): void;
  end(why: WhepEnd, status?: number): void;
}

/** How long a picture may take before HLS is the better choice. */
export const pictureWithin = 3000;

/** Whether an answer's description sends a kind of media. */
export function sends(sdp: string, kind: 'audio' | 'video'): boolean {
  for (const part of sdp.split(/\r?\nm=/).slice(1)) {
    const [, port] = part.split(' ', 2);
    if (!part.startsWith(kind + ' ') || port === '0') continue;
    if (/^a=(sendonly|sendrecv)\s*$/m.test(part)) return true;
  }
  return false;
}

export class Whep {
  private pc?: RTCPeerConnection;
  private place = '';
  private ended = false;
  private timer?: ReturnType<typeof setTimeout>;
  private readonly stop = new AbortController();

  constructor(
    private readonly url: string,
    private readonly video: HTMLVideoElement,
    private readonly to: WhepHandlers,
  ) {}

  async start() {
    this.timer = setTimeout(() => this.end('late'), pictureWithin);
    try {
      await this.negotiate();
    } catch {
      this.end('lost');
    }
  }

  private async negotiate() {
    const pc = (this.pc = new RTCPeerConnection());
    const stream = new MediaStream();
    pc.addTransceiver('video', { direction: 'recvonly' });
    pc.addTransceiver('audio', { direction: 'recvonly' });
    pc.ontrack = (e) => stream.addTrack(e.track);
    pc.onconnectionstatechange = () => {
      if (pc.connectionState === 'failed' || pc.connectionState === 'closed') this.end('lost');
    };
    await pc.setLocalDescription(await pc.createOffer());
    const answer = await fetch(this.url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/sdp' },
      body: pc.localDescription!.sdp,
      credentials: 'omit',
      signal: this.stop.signal,
    });
    const sdp = await answer.text();
    this.place = answer.headers.get('Location') ?? '';
    if (this.ended) return this.leave();
    if (!answer.ok) return this.end('refused', answer.status);
    if (!sends(sdp, 'audio')) return this.end('no_sound');
    this.video.addEventListener('loadeddata', this.seen, { once: true });
    await pc.setRemoteDescription({ type: 'answer', sdp });
    if (this.ended) return;
    this.video.srcObject = stream;
  }

  private readonly seen = () => {
    clearTimeout(this.timer);
    if (!this.ended) this.to.picture();
  };

  private end(why: WhepEnd, status?: number) {
    if (this.ended) return;
    this.close();
    this.to.end(why, status);
  }

  close() {
    this.ended = true;
    clearTimeout(this.timer);
    this.stop.abort();
    this.video.removeEventListener('loadeddata', this.seen);
    this.pc?.close();
    if (this.video.srcObject) this.video.srcObject = null;
    this.leave();
  }

  /** Gives the place at the server back at once, also when the page goes. */
  private leave() {
    if (this.place) void fetch(this.place, { method: 'DELETE', credentials: 'omit', keepalive: true }).catch(() => undefined);
    this.place = '';
  }
}
