import { api, got } from '@/platform/api/client';

export type { RoomCard } from './model';

type Shelf = 'live' | 'planned' | 'followed';

export const roomsOn = (shelf: Shelf) => (cursor: string) => got(api.GET('/api/rooms', { params: { query: { shelf, cursor, limit: 12 } } }));
export const replays = (room?: string) => (cursor: string) => got(api.GET('/api/replays', { params: { query: { room, cursor, limit: 8 } } }));
