import { describe, expect, it } from 'vitest';
import { fromBase64url, toBase64url } from './webauthn';

describe('base64url', () => {
  it('comes and goes without loss', () => {
    const bytes = Uint8Array.from([0, 255, 254, 62, 63, 1]).buffer;
    expect(toBase64url(bytes)).toBe('AP_-Pj8B');
    expect([...new Uint8Array(fromBase64url('AP_-Pj8B'))]).toEqual([0, 255, 254, 62, 63, 1]);
  });
});
