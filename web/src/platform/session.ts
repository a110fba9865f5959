// Who is at this device. `me` is null for a visitor, undefined until asked.
import { computed, shallowRef } from 'vue';
import { api, ApiError, got, type Schemas } from './api/client';
import { elder, lang } from './prefs';

export type Me = Schemas['AccountMeBody'];

export const me = shallowRef<Me | null>();
export const signedIn = computed(() => !!me.value);

let asked: Promise<Me | null> | undefined;

// Who was here last, so that a farmer without signal still sees their own
// home. No secret is in it; the session itself is a cookie no script can read.
const mark = 'tianbo.me';
function remember(who: Me | null) {
  try {
    if (who) localStorage.setItem(mark, JSON.stringify(who));
    else localStorage.removeItem(mark);
  } catch {
    // No memory on this device.
  }
}
function remembered(): Me | undefined {
  try {
    return JSON.parse(localStorage.getItem(mark) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

/** Asks the server once; later callers share the answer. */
export function whoAmI(again = false): Promise<Me | null> {
  if (!asked || again) {
    asked = got(api.GET('/api/me')).then(
      (answer) => {
        remember(answer);
        return (me.value = answer);
      },
      (error) => {
        if (error instanceof ApiError && error.status === 401) {
          remember(null);
          return (me.value = null);
        }
        asked = undefined; // no answer is not "nobody": ask again next time
        const last = error instanceof ApiError && error.offline ? remembered() : undefined;
        if (last) return (me.value = last);
        throw error;
      },
    );
  }
  return asked;
}

/** Roles on the platform or in any organisation. */
export const hasRole = (...names: string[]) => computed(() => !!me.value?.roles.some((r) => names.includes(r.name)));

/** Organisations the person may sell for. */
export const sellerOrgs = computed(() => [
  ...new Set(me.value?.roles.filter((r) => r.org && ['owner', 'manager', 'host'].includes(r.name)).map((r) => r.org) ?? []),
]);

const deskRoles = ['platform_admin', 'reviewer', 'regulator', 'mediator', 'trainer', 'policy_officer', 'dispatcher'];
export const mayDesk = hasRole(...deskRoles);

/** After a sign-in: take over how the person likes the app on other devices. */
export async function signedInNow() {
  const answer = await whoAmI(true);
  if (answer?.account.elder) elder.value = true;
  return answer;
}

export async function signOut() {
  await got(api.POST('/api/auth/sign-out'));
  me.value = null;
  remember(null);
  void forgetKept();
  asked = Promise.resolve(null);
}

/** What was read for this person goes with them; acts that wait are kept for their return. */
async function forgetKept() {
  try {
    await (await (await import('./db')).db()).clear('kept');
  } catch {
    // There was no memory.
  }
}

/** Tells the account of the device's choice; a visitor's stays on the device. */
export async function keepPrefs() {
  if (me.value) await got(api.PATCH('/api/me', { body: { elder: elder.value, lang: lang.value } }));
}
