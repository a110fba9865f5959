// Whether the screen is wide enough for a side panel.
import { onScopeDispose, ref } from 'vue';

export function useWide(query = '(min-width: 960px) and (min-height: 480px)') {
  const list = matchMedia(query);
  const wide = ref(list.matches);
  const look = () => (wide.value = list.matches);
  list.addEventListener('change', look);
  onScopeDispose(() => list.removeEventListener('change', look));
  return wide;
}
