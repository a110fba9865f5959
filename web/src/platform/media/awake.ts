// Keeps the screen on while on air; taken again when the page is seen again.
import { onBeforeUnmount } from 'vue';

export function useAwake() {
  let lock: WakeLockSentinel | undefined;
  let wanted = false;
  async function take() {
    if (!wanted || document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
    try {
      lock = await navigator.wakeLock.request('screen');
    } catch {
      // A nearly empty battery may refuse; the broadcast goes on.
    }
  }
  function stay() {
    wanted = true;
    void take();
  }
  function release() {
    wanted = false;
    void lock?.release();
    lock = undefined;
  }
  document.addEventListener('visibilitychange', take);
  onBeforeUnmount(() => {
    document.removeEventListener('visibilitychange', take);
    release();
  });
  return { stay, release };
}
