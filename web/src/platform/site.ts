// What this platform is: its name, who answers for it, and whether all of it
// is invented.
import { shallowRef } from 'vue';
import { api, got, type Schemas } from './api/client';

export const site = shallowRef<Schemas['AppPlatformBody']>();
let asked: Promise<unknown> | undefined;

/** Asks once; later callers share the answer. */
export function knowSite() {
  asked ??= got(api.GET('/api/platform')).then(
    (s) => (site.value = s),
    () => (asked = undefined),
  );
  return site;
}
