// Whether this device could go live now. It runs while the home is shown, so
// that a trouble is known before the tap, and asks for no permission.
import { computed, onBeforeUnmount, onMounted, ref } from 'vue';
import { lang } from '@/platform/prefs';
import { me } from '@/platform/session';

export type Uplink = 'good' | 'weak' | 'unknown';
/** What stands in the way, the worst first; empty when nothing does. */
export type Obstacle = '' | 'insecure' | 'in-app' | 'no-camera' | 'no-mic' | 'camera-denied' | 'mic-denied' | 'right';

export interface Devices {
  secure: boolean;
  api: boolean;
  camera: boolean;
  mic: boolean;
  cameraDenied: boolean;
  micDenied: boolean;
}

export function obstacleOf(d: Devices, rightProblem: string): Obstacle {
  if (!d.secure) return 'insecure';
  if (!d.api) return 'in-app';
  if (!d.camera) return 'no-camera';
  if (!d.mic) return 'no-mic';
  if (d.cameraDenied) return 'camera-denied';
  if (d.micDenied) return 'mic-denied';
  return rightProblem ? 'right' : '';
}

/** 24 KB up in under half a second is about 400 kbit/s: enough for the full picture. */
export const uplinkOf = (bytes: number, ms: number): Uplink => ((bytes * 8) / ms >= 300 ? 'good' : 'weak');

const probeBytes = 24 * 1024;
const freshFor = 60_000;
let lastProbe = { at: -freshFor, uplink: 'unknown' as Uplink };

/** Measures the way up with a few bytes, at most once a minute. */
export async function probeUplink(): Promise<Uplink> {
  if (performance.now() - lastProbe.at < freshFor) return lastProbe.uplink;
  const body = crypto.getRandomValues(new Uint8Array(probeBytes)); // nothing on the way can squeeze it
  const begin = performance.now();
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), 6_000);
  let uplink: Uplink = 'weak';
  try {
    const answer = await fetch('/api/me/uplink', { method: 'POST', body, headers: { 'Content-Type': 'application/octet-stream', 'Accept-Language': lang.value }, signal: control.signal });
    uplink = answer.ok ? uplinkOf(probeBytes, performance.now() - begin) : 'unknown';
  } catch {
    // No answer in time: weak it is.
  } finally {
    clearTimeout(timer);
  }
  lastProbe = { at: performance.now(), uplink };
  return uplink;
}

async function denied(name: 'camera' | 'microphone'): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name: name as PermissionName })).state === 'denied';
  } catch {
    return false; // the browser does not tell; opening the camera will
  }
}

export async function lookAtDevices(): Promise<Devices> {
  const d: Devices = { secure: window.isSecureContext, api: !!navigator.mediaDevices?.getUserMedia && !!window.RTCPeerConnection, camera: false, mic: false, cameraDenied: false, micDenied: false };
  if (!d.secure || !d.api) return d;
  const list = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  d.camera = list.some((x) => x.kind === 'videoinput');
  d.mic = list.some((x) => x.kind === 'audioinput');
  [d.cameraDenied, d.micDenied] = await Promise.all([denied('camera'), denied('microphone')]);
  return d;
}

export function usePrecheck() {
  const devices = ref<Devices>();
  const uplink = ref<Uplink>('unknown');
  const online = ref(navigator.onLine);
  const obstacle = computed<Obstacle>(() => (devices.value ? obstacleOf(devices.value, me.value?.hostProblem ?? '') : ''));
  let timer: ReturnType<typeof setInterval> | undefined;

  async function look() {
    online.value = navigator.onLine;
    devices.value = await lookAtDevices();
    if (!online.value || document.visibilityState !== 'visible') return;
    uplink.value = await probeUplink();
  }
  const now = () => void look();
  onMounted(() => {
    now();
    timer = setInterval(now, freshFor + 1_000);
    addEventListener('online', now);
    addEventListener('offline', now);
    navigator.mediaDevices?.addEventListener?.('devicechange', now);
  });
  onBeforeUnmount(() => {
    clearInterval(timer);
    removeEventListener('online', now);
    removeEventListener('offline', now);
    navigator.mediaDevices?.removeEventListener?.('devicechange', now);
  });
  return { obstacle, uplink, online, ready: computed(() => !!devices.value) };
}
