// What other modules may use of people: asking somebody to sign in without
// losing their place.
import { defineAsyncComponent, shallowRef } from 'vue';
import { me, whoAmI } from '@/platform/session';
import type { Schemas } from '@/platform/api/client';

export type Address = Schemas['AccountAddress'];
export type Org = Schemas['OrgCard'];

/** Why a sign-in is asked for: decides the words of the sheet. */
export type SignInReason = 'follow' | 'buy' | 'speak' | 'remind' | 'play';

export const signInAsked = shallowRef<{ reason: SignInReason; done(ok: boolean): void }>();

/** Resolves to true once somebody is signed in, to false when they would rather not. */
export async function needSignIn(reason: SignInReason): Promise<boolean> {
  if (me.value === undefined) await whoAmI().catch(() => undefined);
  if (me.value) return true;
  return new Promise((resolve) => {
    signInAsked.value?.done(false);
    signInAsked.value = {
      reason,
      done(ok) {
        signInAsked.value = undefined;
        resolve(ok);
      },
    };
  });
}

export const SignInSheet = defineAsyncComponent(() => import('./parts/SignInSheet.vue'));
export const AddressForm = defineAsyncComponent(() => import('./parts/AddressForm.vue'));
