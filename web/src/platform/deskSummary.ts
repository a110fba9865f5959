// What waits on the platform, as far as it concerns this person: read by the
// desk's frame, shown by its pages.
import { useQuery, useQueryCache } from '@pinia/colada';
import { api, got, type Schemas } from './api/client';

export type DeskSummary = Schemas['AppDeskBody'];

const key = ['desk', 'summary'];
export const useDeskSummary = () => useQuery({ key, query: () => got(api.GET('/api/desk/summary')), staleTime: 5000 });

/** After an act that changes a figure. */
export function useDeskChanged() {
  const cache = useQueryCache();
  return () => void cache.invalidateQueries({ key });
}
