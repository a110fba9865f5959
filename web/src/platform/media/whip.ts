// The WHIP exchange (RFC 9725) over fetch: offer and answer, ICE restart by
// PATCH under the connection's ETag, DELETE at the end.

export interface Resource {
  url: string;
  etag: string;
}

/** A refusal, with the server's fault code; status 0 when no answer came. */
export class WhipError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    words = '',
  ) {
    super(words);
    this.name = 'WhipError';
  }
}

const patience = 6_000; // a dead line must not hold a try for minutes

async function ask(url: string, init: RequestInit): Promise<Response> {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), patience);
  let answer: Response;
  try {
    answer = await fetch(url, { ...init, signal: control.signal, credentials: 'omit', cache: 'no-store' });
  } catch {
    throw new WhipError(0, 'offline');
  } finally {
    clearTimeout(timer);
  }
  if (answer.ok) return answer;
  const problem = (await answer.json().catch(() => ({}))) as { code?: string; title?: string };
  throw new WhipError(answer.status, problem.code ?? 'unknown', problem.title);
}

/** Puts an offer; the answer carries the address that stands for this connection. */
export async function post(url: string, token: string, offer: string): Promise<{ resource: Resource; sdp: string }> {
  const answer = await ask(url, { method: 'POST', headers: { 'Content-Type': 'application/sdp', Authorization: `Bearer ${token}` }, body: offer });
  const at = answer.headers.get('Location');
  if (!at) throw new WhipError(502, 'no_location');
  return { resource: { url: new URL(at, new URL(url, location.href)).href, etag: answer.headers.get('ETag') ?? '' }, sdp: await answer.text() };
}

/** Restarts ICE; answers the server's fragment. The resource's ETag moves on. */
export async function restart(resource: Resource, offer: string): Promise<string> {
  const answer = await ask(resource.url, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/trickle-ice-sdpfrag', 'If-Match': resource.etag || '*' },
    body: fragment(offer),
  });
  resource.etag = answer.headers.get('ETag') ?? resource.etag;
  return answer.text();
}

/** Ends the connection; `keepalive` lets it go out while the page closes. */
export function leave(resource: Resource) {
  void fetch(resource.url, { method: 'DELETE', keepalive: true, credentials: 'omit' }).catch(() => undefined);
}

const lines = (sdp: string) => sdp.split(/\r?\n/).filter(Boolean);
const value = (sdp: string, name: string) => lines(sdp).find((l) => l.startsWith(`a=${name}:`))?.slice(name.length + 3) ?? '';

/** The trickle-ICE fragment of an offer: credentials, and the first medium's candidates. */
export function fragment(offer: string): string {
  const all = lines(offer);
  const first = all.findIndex((l) => l.startsWith('m='));
  const second = all.findIndex((l, i) => i > first && l.startsWith('m='));
  const medium = all.slice(first, second < 0 ? undefined : second);
  return [
    `a=ice-ufrag:${value(offer, 'ice-ufrag')}`,
    `a=ice-pwd:${value(offer, 'ice-pwd')}`,
    medium[0]!,
    `a=mid:${value(offer, 'mid')}`,
    ...medium.filter((l) => l.startsWith('a=candidate:') || l === 'a=end-of-candidates'),
    '',
  ].join('\r\n');
}

/** The earlier answer with the credentials and candidates of a fragment. */
export function restarted(answer: string, frag: string): string {
  const candidates = lines(frag).filter((l) => l.startsWith('a=candidate:') || l === 'a=end-of-candidates');
  let media = 0;
  const out: string[] = [];
  for (let l of lines(answer)) {
    if (l.startsWith('a=candidate:') || l === 'a=end-of-candidates') continue;
    if (l.startsWith('a=ice-ufrag:')) l = `a=ice-ufrag:${value(frag, 'ice-ufrag')}`;
    if (l.startsWith('a=ice-pwd:')) l = `a=ice-pwd:${value(frag, 'ice-pwd')}`;
    if (l.startsWith('m=')) media++;
    out.push(l);
    if (l.startsWith('a=mid:') && media === 1) out.push(...candidates);
  }
  return out.join('\r\n') + '\r\n';
}
