// The seller a person works for. Most have one; who has several picks.
import { computed, ref } from 'vue';
import { sellerOrgs } from './session';

const mark = 'tianbo.stall';
const chosen = ref('');
try {
  chosen.value = localStorage.getItem(mark) ?? '';
} catch {
  // No memory: the first one it is.
}

export const stall = computed(() => (sellerOrgs.value.includes(chosen.value) ? chosen.value : (sellerOrgs.value[0] ?? '')));

export function chooseStall(org: string) {
  chosen.value = org;
  try {
    localStorage.setItem(mark, org);
  } catch {
    // As above.
  }
}
