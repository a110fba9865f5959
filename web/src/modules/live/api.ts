import { useQuery } from '@pinia/colada';
import { api, got, type Schemas } from '@/platform/api/client';

export type RoomCard = Schemas['RoomCard'];

/** Rooms that are on air or announced, most watched first. */
export const useRooms = () => useQuery({ key: ['rooms'], query: () => got(api.GET('/api/rooms')), staleTime: 10_000 });
