import { useQuery } from '@pinia/colada';
import { api, got } from '@/platform/api/client';

export type { RoomCard } from './model';

/** Rooms that are on air or announced, most watched first. */
export const useRooms = () => useQuery({ key: ['rooms'], query: () => got(api.GET('/api/rooms')), staleTime: 10_000 });

type Shelf = 'live' | 'planned' | 'followed';

export const roomsOn = (shelf: Shelf) => (cursor: string) => got(api.GET('/api/rooms', { params: { query: { shelf, cursor, limit: 12 } } }));
export const replays = (room?: string) => (cursor: string) => got(api.GET('/api/replays', { params: { query: { room, cursor, limit: 8 } } }));
