import { useQuery } from '@pinia/colada';
import { api, got, type Schemas } from '@/platform/api/client';

export type Health = Schemas['AppHealthBody'];
export type Failure = Health['failures'][number];

export const health = () => got(api.GET('/api/desk/health'));
export const useHealth = () => useQuery({ key: ['desk', 'health'], query: health });
export const retry = (f: Failure) => got(api.POST('/api/desk/health/retry', { body: { kind: f.kind, name: f.name, key: f.key, handler: f.handler } }));
