import { describe, expect, it } from 'vitest';
import { whither } from './whither';

describe('desk search', () => {
  it('opens what an identifier names', () => {
    expect(whither(' ord_01k2v9 ', false)).toEqual({ name: 'desk-order', params: { id: 'ord_01k2v9' } });
    expect(whither('room_01k2v9', true)).toEqual({ name: 'desk-room', params: { id: 'room_01k2v9' } });
    expect(whither('acc_1', true)).toEqual({ name: 'desk-account', params: { id: 'acc_1' } });
    expect(whither('org_1', true)).toEqual({ name: 'desk-org', params: { id: 'org_1' } });
  });
  it('looks for people where one may, else for organisations', () => {
    expect(whither('桂芳', true)).toEqual({ name: 'desk-accounts', query: { q: '桂芳' } });
    expect(whither('会宁坪', false)).toEqual({ name: 'desk-orgs', query: { q: '会宁坪' } });
  });
  it('does nothing with nothing', () => expect(whither('  ', true)).toBeUndefined());
});
