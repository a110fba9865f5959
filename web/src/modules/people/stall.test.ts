import { describe, expect, it } from 'vitest';
import { answered, blank, bodyOf } from './stall';

const full = { ...blank('629901'), name: '王家果园', village: '清水湾', contact: '13800000000', address: '清水湾村 3 号' };

describe('opening a stall', () => {
  it('asks for what the law asks', () => {
    expect(answered('name', blank('629901'))).toBe(false);
    expect(answered('where', { ...full, region: '62' })).toBe(false);
    expect(answered('where', full)).toBe(true);
    expect(answered('contact', { ...full, address: '' })).toBe(false);
    expect(answered('licence', full)).toBe(true);
    expect(answered('licence', { ...full, exempt: 'licence' })).toBe(false);
    expect(answered('licence', { ...full, exempt: 'licence', licence: '93629901DEMO0001X' })).toBe(true);
  });
  it('gives either a licence or the ground of exemption, never both', () => {
    expect(bodyOf({ ...full, licence: 'LEFTOVER' })).toMatchObject({ exemption: 'self_produced' });
    expect(bodyOf(full)).not.toHaveProperty('licence');
    expect(bodyOf({ ...full, exempt: 'licence', licence: 'ab123456789012345' })).toMatchObject({ licence: 'AB123456789012345' });
    expect(bodyOf({ ...full, exempt: 'licence' })).not.toHaveProperty('exemption');
  });
});
