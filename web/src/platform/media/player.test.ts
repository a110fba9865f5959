import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backoff, ways } from './player';
import { pictureWithin, sends, Whep } from './whep';

const can = { canPlayType: () => 'maybe' as const };
const cannot = { canPlayType: () => '' as const };
const sources = { hls: '/l.m3u8', whep: '/whep' };
const agent = (ua: string) => vi.spyOn(navigator, 'userAgent', 'get').mockReturnValue(ua);

describe('the way to play', () => {
  beforeEach(() => {
    vi.stubGlobal('RTCPeerConnection', class {});
    vi.stubGlobal('MediaSource', class {});
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });
  it('is the phone itself on iOS', () => {
    agent('Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X)');
    expect(ways(sources, can)).toEqual(['native']);
  });
  it('is WebRTC first elsewhere, then HLS', () => {
    agent('Mozilla/5.0 (Linux; Android 10)');
    expect(ways(sources, cannot)).toEqual(['whep', 'hls']);
    expect(ways({ hls: '/l.m3u8' }, cannot)).toEqual(['hls']);
  });
  it('does without media source where the browser plays HLS', () => {
    agent('Mozilla/5.0 (X11; Linux)');
    vi.stubGlobal('MediaSource', undefined);
    expect(ways(sources, can)).toEqual(['whep', 'native']);
  });
  it('waits 1, 2, 4, then 8 seconds', () => {
    expect([0, 1, 2, 3, 9].map(backoff)).toEqual([1000, 2000, 4000, 8000, 8000]);
  });
});

const answer = (audio: string) => `v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=sendonly\r\nm=audio ${audio}\r\n`;

describe('an answer', () => {
  it('says which media it sends', () => {
    const sound = answer('9 UDP/TLS/RTP/SAVPF 111\r\na=sendonly');
    expect([sends(sound, 'video'), sends(sound, 'audio')]).toEqual([true, true]);
    expect(sends(answer('0 UDP/TLS/RTP/SAVPF 0\r\na=inactive'), 'audio')).toBe(false);
    expect(sends(answer('9 UDP/TLS/RTP/SAVPF 111\r\na=inactive'), 'audio')).toBe(false);
  });
});

/** As much of a <video> as a viewer needs. */
const screenOf = () => Object.assign(new EventTarget(), { srcObject: null }) as unknown as HTMLVideoElement;

describe('a WHEP viewer', () => {
  const ends: unknown[] = [];
  const to = { picture: () => ends.push('picture'), end: (why: string, status?: number) => ends.push(status ? [why, status] : why) };
  let asked: { url: string; method?: string }[] = [];
  let reply = async () => new Response('', { status: 201 });

  class Peer {
    connectionState = 'new';
    localDescription = { sdp: 'offer' };
    onconnectionstatechange?: () => void;
    addTransceiver() {}
    async createOffer() {
      return {};
    }
    async setLocalDescription() {}
    async setRemoteDescription() {}
    close() {}
  }
  beforeEach(() => {
    ends.length = 0;
    asked = [];
    vi.useFakeTimers();
    vi.stubGlobal('RTCPeerConnection', Peer);
    vi.stubGlobal('MediaStream', class {});
    vi.stubGlobal('fetch', (url: string, init?: RequestInit) => {
      asked.push({ url, method: init?.method });
      return init?.method === 'DELETE' ? Promise.resolve(new Response()) : reply();
    });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  const start = async () => {
    const w = new Whep('/whep', screenOf(), to);
    await w.start();
    return w;
  };

  it('tells a refusal with its status', async () => {
    reply = async () => new Response('', { status: 409 });
    await start();
    expect(ends).toEqual([['refused', 409]]);
  });
  it('gives its place back when the room would come without sound', async () => {
    reply = async () => new Response(answer('0 X 0'), { status: 201, headers: { Location: '/whep/1' } });
    await start();
    expect(ends).toEqual(['no_sound']);
    expect(asked.at(-1)).toEqual({ url: '/whep/1', method: 'DELETE' });
  });
  it('is late after three seconds without a picture, and says so once', async () => {
    reply = async () => new Response(answer('9 X 111\r\na=sendonly'), { status: 201, headers: { Location: '/whep/2' } });
    await start();
    vi.advanceTimersByTime(pictureWithin + 10_000);
    expect(ends).toEqual(['late']);
    expect(asked.at(-1)).toEqual({ url: '/whep/2', method: 'DELETE' });
  });
  it('stays after the first picture, and gives the place back when closed', async () => {
    reply = async () => new Response(answer('9 X 111\r\na=sendonly'), { status: 201, headers: { Location: '/whep/3' } });
    const video = screenOf();
    const w = new Whep('/whep', video, to);
    await w.start();
    video.dispatchEvent(new Event('loadeddata'));
    vi.advanceTimersByTime(pictureWithin * 2);
    expect(ends).toEqual(['picture']);
    w.close();
    expect(asked.at(-1)).toEqual({ url: '/whep/3', method: 'DELETE' });
    expect(ends).toEqual(['picture']);
  });
});
