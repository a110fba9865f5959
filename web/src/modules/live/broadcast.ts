// The broadcast that this device makes, if any. It outlives pages: going from
// the preview to the room and back cuts nothing.
import { shallowRef, triggerRef } from 'vue';
import { api, got, upload, newKey, type Schemas } from '@/platform/api/client';
import { closeCamera, openCamera, snapshot, type Facing } from '@/platform/media/camera';
import { Publisher } from '@/platform/media/publisher';

export interface Broadcast {
  room: string;
  session: string;
  stream: MediaStream;
  facing: Facing;
  publisher: Publisher;
  muted: boolean;
  began: number;
}

export const broadcast = shallowRef<Broadcast>();

/** Prepares the room's session and begins to publish what the camera sees. */
export async function goLive(room: string, title: string, checklist: Schemas['RoomChecklist'], stream: MediaStream, facing: Facing): Promise<Broadcast> {
  const prepared = await got(api.POST('/api/rooms/{id}/prepare', { params: { path: { id: room } }, body: { title, checklist } }));
  const publisher = new Publisher(prepared.whipUrl, prepared.token, stream);
  publisher.start();
  return (broadcast.value = { room, session: prepared.session, stream, facing, publisher, muted: false, began: Date.now() });
}

export function setMuted(on: boolean) {
  const b = broadcast.value;
  if (!b) return;
  b.muted = on;
  for (const track of b.stream.getAudioTracks()) track.enabled = !on;
  triggerRef(broadcast);
}

/** Another camera, or the same anew after a phone call took it. */
export async function reopen(facing: Facing) {
  const b = broadcast.value;
  if (!b) return;
  const old = b.stream;
  // Phones give one camera at a time: the old one goes first, the sound and
  // the last picture bridge the moment.
  for (const track of old.getVideoTracks()) track.stop();
  b.stream = await openCamera(facing);
  b.facing = facing;
  for (const track of b.stream.getAudioTracks()) track.enabled = !b.muted;
  await b.publisher.use(b.stream);
  closeCamera(old);
  triggerRef(broadcast);
}

/** Ends what this device sends; the room's session ends by its own call. */
export function stopSending() {
  const b = broadcast.value;
  if (!b) return;
  b.publisher.stop();
  closeCamera(b.stream);
  broadcast.value = undefined;
}

/** The picture on the room's card. A failure costs nothing but an old picture. */
export async function sendThumbnail(room: string, video: HTMLVideoElement) {
  const picture = await snapshot(video);
  if (picture) await upload(`/api/rooms/${room}/thumbnail`, picture, newKey()).catch(() => undefined);
}
