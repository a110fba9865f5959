// What other modules may know of live rooms.
import { defineAsyncComponent } from 'vue';
import type { Schemas } from '@/platform/api/client';

export type RoomCard = Schemas['RoomCard'];
export type RoomDetail = Schemas['RoomDetail'];
export type Broadcast = Schemas['RoomBroadcast'];
export type RoomState = RoomCard['state'];
export type Line = Schemas['ChatShape'];
export type Question = Schemas['InteractQuestion'];
export type Bag = Schemas['InteractBag'];
export type BagItem = Schemas['InteractProductCard'];
export type BagPack = Schemas['InteractPackCard'];
export type Poll = Schemas['InteractPoll'];
export type Draw = Schemas['InteractDraw'];
export type Guest = Schemas['InteractGuest'];
export type Clip = Schemas['ClipCard'];

export const onAir = (state: RoomState | undefined) => state === 'live' || state === 'away';

/** The pack that a card shows: the first that can be bought, else the first. */
export const leadPack = (item: BagItem | undefined) => item?.packs.find((p) => p.band !== 'gone') ?? item?.packs[0];

export const ClipList = defineAsyncComponent(() => import('./parts/ClipList.vue'));
export const RoomRow = defineAsyncComponent(() => import('./parts/RoomRow.vue'));
