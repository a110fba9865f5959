// Putting Tianbo on the phone's own screen. The browser says when it may be
// offered; it is offered in words on one's own page, never by a pop-up.
import { computed, shallowRef } from 'vue';

interface InstallEvent extends Event {
  prompt(): Promise<void>;
  userChoice: Promise<{ outcome: 'accepted' | 'dismissed' }>;
}

const offer = shallowRef<InstallEvent>();
export const installable = computed(() => !!offer.value);

addEventListener('beforeinstallprompt', (e) => {
  e.preventDefault();
  offer.value = e as InstallEvent;
});
addEventListener('appinstalled', () => (offer.value = undefined));

export async function install() {
  const e = offer.value;
  if (!e) return;
  await e.prompt();
  await e.userChoice;
  offer.value = undefined; // an offer can be used once
}
