// What the desk asks about rooms, broadcasts and what is said in them.
import { api, got, type Schemas } from '@/platform/api/client';

export type DeskRoom = Schemas['RoomCard'];
export type DeskRoomDetail = Schemas['RoomDetail'];
export type Past = Schemas['RoomBroadcast'];
export type DeskLine = Schemas['ChatShape'];
export type WaitingLine = Schemas['ChatWaiting'];
export type Mute = Schemas['ChatMuteShape'];
export type ChatRules = Schemas['ChatSettingsBody'];
export type Evidence = Schemas['RoomEvidenceBody'];
export type DeskQuestion = Schemas['InteractQuestion'];
export type Wait = 'held' | 'reported';

const at = (id: string) => ({ path: { id } });

export const patrol = (cursor: string) => got(api.GET('/api/desk/rooms', { params: { query: { cursor, limit: 24 } } }));
export const room = (id: string) => got(api.GET('/api/rooms/{id}', { params: at(id) }));
export const freeze = (id: string, reason: string) => got(api.POST('/api/rooms/{id}/freeze', { params: at(id), body: { reason } }));
export const unfreeze = (id: string) => got(api.POST('/api/rooms/{id}/unfreeze', { params: at(id), body: { reason: '' } }));

export const lines = (wait: Wait, roomId?: string) => (cursor: string) => got(api.GET('/api/desk/lines', { params: { query: { wait, room: roomId, cursor, limit: 20 } } }));
export const said = (session: string, from: string, cursor: string) => got(api.GET('/api/sessions/{id}/lines', { params: { ...at(session), query: { from, cursor, limit: 100 } } }));
export const decide = (line: string, show: boolean) => got(api.POST('/api/lines/{id}/decide', { params: at(line), body: { show } }));
export const settle = (line: string) => got(api.POST('/api/lines/{id}/settle', { params: at(line) }));
export const retract = (line: string, reason: string) => got(api.POST('/api/lines/{id}/retract', { params: at(line), body: { reason } }));

export const mutes = (id: string) => (cursor: string) => got(api.GET('/api/rooms/{id}/mutes', { params: { ...at(id), query: { cursor } } }));
export const mute = (id: string, account: string, minutes: number, reason: string) => got(api.POST('/api/rooms/{id}/mutes', { params: at(id), body: { account, minutes, reason } }));
export const unmute = (id: string, account: string) => got(api.DELETE('/api/rooms/{id}/mutes/{account}', { params: { path: { id, account } } }));
export const rules = (id: string) => got(api.GET('/api/rooms/{id}/chat-settings', { params: at(id) }));
export const setRules = (id: string, body: ChatRules) => got(api.PUT('/api/rooms/{id}/chat-settings', { params: at(id), body }));
export const questions = (id: string) => (cursor: string) => got(api.GET('/api/rooms/{id}/questions', { params: { ...at(id), query: { state: 'open', cursor } } }));

export const past = (id: string) => (cursor: string) => got(api.GET('/api/replays', { params: { query: { room: id, cursor, limit: 10 } } }));
export const hide = (session: string, hidden: boolean, reason: string) => got(api.PUT('/api/sessions/{id}/hidden', { params: at(session), body: { hidden, reason } }));
export const evidence = (session: string) => got(api.GET('/api/sessions/{id}/evidence', { params: at(session) }));
export const hold = (session: string, file: string, reason: string) => got(api.POST('/api/sessions/{id}/holds', { params: at(session), body: { case: file, reason } }));
export const release = (id: string) => got(api.DELETE('/api/holds/{id}', { params: at(id) }));
export const erase = (session: string, reason: string) => got(api.DELETE('/api/sessions/{id}/recording', { params: { ...at(session), query: { reason } } }));

/** How a room's state is marked. */
export const tone = (state: string) => ({ live: 'live', away: 'wait', frozen: 'bad', planned: 'off', ended: 'off', idle: 'off' })[state] as 'live' | 'wait' | 'bad' | 'off';
