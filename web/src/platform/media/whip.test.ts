import { afterEach, describe, expect, it, vi } from 'vitest';
import { fragment, leave, post, restart, restarted, WhipError } from './whip';

const offer = [
  'v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=ice-ufrag:uuuu', 'a=ice-pwd:pppppppppppppppppppppp', 'a=mid:0', 'a=candidate:1 1 udp 1 10.0.0.2 5000 typ host', 'a=end-of-candidates',
  'm=video 9 UDP/TLS/RTP/SAVPF 96', 'a=ice-ufrag:uuuu', 'a=ice-pwd:pppppppppppppppppppppp', 'a=mid:1', 'a=candidate:1 1 udp 1 10.0.0.2 5000 typ host', '',
].join('\r\n');

const answers = (...list: Response[]) => {
  const calls: { url: string; init: RequestInit }[] = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    calls.push({ url, init });
    const next = list.shift();
    if (!next) throw new TypeError('no network');
    return next;
  });
  return calls;
};
afterEach(() => vi.unstubAllGlobals());

describe('WHIP', () => {
  it('posts an offer under the token and remembers where it lives', async () => {
    const calls = answers(new Response('answer', { status: 201, headers: { Location: '/live/roo_1/whip/abc', ETag: '"one"', 'Content-Type': 'application/sdp' } }));
    const got = await post('/live/roo_1/whip', 'secret', offer);
    expect(got.sdp).toBe('answer');
    expect(got.resource.url).toMatch(/\/live\/roo_1\/whip\/abc$/);
    expect(got.resource.etag).toBe('"one"');
    expect(calls[0]!.init.headers).toEqual({ 'Content-Type': 'application/sdp', Authorization: 'Bearer secret' });
  });
  it('restarts under the ETag, which then moves on', async () => {
    const calls = answers(new Response('a=ice-ufrag:x', { status: 200, headers: { ETag: '"two"' } }));
    const resource = { url: 'http://h/r', etag: '"one"' };
    expect(await restart(resource, offer)).toBe('a=ice-ufrag:x');
    expect(resource.etag).toBe('"two"');
    expect(calls[0]!.init).toMatchObject({ method: 'PATCH', headers: { 'Content-Type': 'application/trickle-ice-sdpfrag', 'If-Match': '"one"' } });
  });
  it('tells a refusal by its code, and a dead line by 0', async () => {
    answers(new Response('{"code":"room_frozen","title":"停"}', { status: 409 }));
    await expect(post('/w', 't', offer)).rejects.toMatchObject({ status: 409, code: 'room_frozen', message: '停' });
    await expect(post('/w', 't', offer)).rejects.toBeInstanceOf(WhipError);
    await expect(post('/w', 't', offer)).rejects.toMatchObject({ status: 0 });
  });
  it('ends with DELETE', () => {
    const calls = answers(new Response(null));
    leave({ url: 'http://h/r', etag: '' });
    expect(calls[0]!.init).toMatchObject({ method: 'DELETE', keepalive: true });
  });
  it('makes a fragment of the first medium', () => {
    expect(fragment(offer)).toBe(
      ['a=ice-ufrag:uuuu', 'a=ice-pwd:pppppppppppppppppppppp', 'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=mid:0', 'a=candidate:1 1 udp 1 10.0.0.2 5000 typ host', 'a=end-of-candidates', ''].join('\r\n'),
    );
  });
  it('puts new credentials into the old answer', () => {
    const out = restarted(offer, 'a=ice-lite\r\na=ice-ufrag:new1\r\na=ice-pwd:new2\r\na=candidate:9 1 udp 1 10.0.0.9 8189 typ host\r\n');
    expect(out.match(/a=ice-ufrag:new1/g)).toHaveLength(2);
    expect(out.match(/a=ice-pwd:new2/g)).toHaveLength(2);
    expect(out.match(/a=candidate:/g)).toHaveLength(1);
    expect(out).not.toContain('10.0.0.2');
    expect(out.endsWith('\r\n')).toBe(true);
  });
});
