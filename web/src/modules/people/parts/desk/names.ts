// Names of organisations that a page shows by their identifier.
import { ref } from 'vue';
import { org } from '../../desk';

export function useNames() {
  const known = ref<Record<string, string>>({});
  async function learn(ids: string[]) {
    const fresh = [...new Set(ids)].filter((id) => id && !(id in known.value));
    await Promise.all(
      fresh.map(async (id) => {
        try {
          known.value[id] = (await org(id)).name;
        } catch {
          known.value[id] = id; // the identifier still says which one
        }
      }),
    );
  }
  return { learn, orgName: (id: string) => known.value[id] ?? id };
}
