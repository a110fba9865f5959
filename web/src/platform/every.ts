// Reads again and again while the page is looked at; a hidden page rests.
import { onBeforeUnmount, onMounted } from 'vue';

export function useEvery(ms: number, read: () => unknown) {
  let timer: ReturnType<typeof setInterval> | undefined;
  const look = () => {
    if (document.visibilityState === 'visible') void read();
  };
  onMounted(() => {
    timer = setInterval(look, ms);
    document.addEventListener('visibilitychange', look);
  });
  onBeforeUnmount(() => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', look);
  });
}
