import { describe, expect, it } from 'vitest';
import { obstacleOf, uplinkOf, type Devices } from './precheck';

const fine: Devices = { secure: true, api: true, camera: true, mic: true, cameraDenied: false, micDenied: false };

describe('the check before going live', () => {
  it('names the first thing in the way', () => {
    expect(obstacleOf(fine, '')).toBe('');
    expect(obstacleOf({ ...fine, secure: false, camera: false }, 'host_unverified')).toBe('insecure');
    expect(obstacleOf({ ...fine, api: false }, '')).toBe('in-app');
    expect(obstacleOf({ ...fine, camera: false }, '')).toBe('no-camera');
    expect(obstacleOf({ ...fine, mic: false }, '')).toBe('no-mic');
    expect(obstacleOf({ ...fine, cameraDenied: true, micDenied: true }, '')).toBe('camera-denied');
    expect(obstacleOf({ ...fine, micDenied: true }, '')).toBe('mic-denied');
    expect(obstacleOf(fine, 'host_recheck')).toBe('right');
  });
  it('judges the way up', () => {
    expect(uplinkOf(24_576, 400)).toBe('good');
    expect(uplinkOf(24_576, 2_000)).toBe('weak');
  });
});
