// Notices to this browser when Tianbo is not open. Asking is the consent, so
// it is only ever asked by a tap.
import { shallowRef } from 'vue';
import { api, got, type Schemas } from './api/client';
import { fromBase64url } from './webauthn';

export type PushState = 'unknown' | 'none' | 'off' | 'on' | 'refused';

/** none: this browser or this platform has no such notices; refused: the person has told the browser no. */
export const pushState = shallowRef<PushState>('unknown');
let mine: Schemas['AccountSubscriptionCard'] | undefined;
let key = '';

const able = () => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

export async function readPush() {
  if (!able()) return (pushState.value = 'none');
  const s = await got(api.GET('/api/me/push'));
  key = s.publicKey;
  mine = s.items.find((x) => x.current);
  const worker = await navigator.serviceWorker.getRegistration();
  const here = await worker?.pushManager.getSubscription();
  if (!s.available || !worker) pushState.value = 'none';
  else if (Notification.permission === 'denied') pushState.value = 'refused';
  else pushState.value = here && mine ? 'on' : 'off';
  return pushState.value;
}

export async function turnPushOn() {
  if ((await Notification.requestPermission()) !== 'granted') return (pushState.value = 'refused');
  const worker = await navigator.serviceWorker.ready;
  const sub = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: fromBase64url(key) });
  const { endpoint, expirationTime, keys } = sub.toJSON() as { endpoint: string; expirationTime?: number | null; keys: { auth: string; p256dh: string } };
  mine = await got(api.POST('/api/me/push', { body: { endpoint, expirationTime, keys } }));
  return (pushState.value = 'on');
}

export async function turnPushOff() {
  const worker = await navigator.serviceWorker.getRegistration();
  await (await worker?.pushManager.getSubscription())?.unsubscribe();
  if (mine) await got(api.DELETE('/api/me/push/{id}', { params: { path: { id: mine.id } } }));
  mine = undefined;
  return (pushState.value = 'off');
}
