// Acting for somebody (代操作): the session then is theirs, and everything on
// the screen must be read anew.
import { api, got } from './api/client';
import { reconnect } from './realtime';
import { whoAmI } from './session';

export async function act(grant: string) {
  await got(api.POST('/api/grants/{id}/act', { params: { path: { id: grant } } }));
  await whoAmI(true);
  await reconnect();
}

export async function stopActing() {
  await got(api.POST('/api/grants/stop'));
  await whoAmI(true);
  await reconnect();
}
