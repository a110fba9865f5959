// The camera and microphone of this device, and what a picture tells of the light.
export type Facing = 'environment' | 'user';

/** What keeps a camera from opening: words and remedy differ for each. */
export type Trouble = 'insecure' | 'no-camera-api' | 'denied' | 'none' | 'busy' | 'failed';

export class CameraError extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble);
    this.name = 'CameraError';
  }
}

export async function openCamera(facing: Facing): Promise<MediaStream> {
  if (!window.isSecureContext) throw new CameraError('insecure');
  if (!navigator.mediaDevices?.getUserMedia || !window.RTCPeerConnection) throw new CameraError('no-camera-api');
  try {
    return await navigator.mediaDevices.getUserMedia({
      video: { facingMode: { ideal: facing }, width: { ideal: 540 }, height: { ideal: 960 }, frameRate: { ideal: 20, max: 24 } },
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: { ideal: 1 } },
    });
  } catch (e) {
    const name = e instanceof DOMException ? e.name : '';
    throw new CameraError(name === 'NotAllowedError' || name === 'SecurityError' ? 'denied' : name === 'NotFoundError' ? 'none' : name === 'NotReadableError' || name === 'AbortError' ? 'busy' : 'failed');
  }
}

export const closeCamera = (stream: MediaStream | undefined) => stream?.getTracks().forEach((t) => t.stop());

export type Light = 'good' | 'dark' | 'bright' | 'unknown';

/** Light of a picture's pixels (RGBA): too dark and blown out are told apart. */
export function lightOf(pixels: ArrayLike<number>): Light {
  let sum = 0, white = 0, n = 0;
  for (let i = 0; i + 3 < pixels.length; i += 4) {
    const y = 0.2126 * pixels[i]! + 0.7152 * pixels[i + 1]! + 0.0722 * pixels[i + 2]!;
    sum += y;
    if (y > 250) white++;
    n++;
  }
  if (!n) return 'unknown';
  if (sum / n < 55) return 'dark';
  return sum / n > 215 || white / n > 0.35 ? 'bright' : 'good';
}

export function measureLight(video: HTMLVideoElement): Light {
  if (!video.videoWidth) return 'unknown';
  const canvas = document.createElement('canvas');
  canvas.width = 27;
  canvas.height = 48;
  const c = canvas.getContext('2d', { willReadFrequently: true });
  if (!c) return 'unknown';
  c.drawImage(video, 0, 0, 27, 48);
  return lightOf(c.getImageData(0, 0, 27, 48).data);
}

/** A small JPEG of what the camera sees, for the room's card. */
export function snapshot(video: HTMLVideoElement): Promise<Blob | null> {
  const { videoWidth: w, videoHeight: h } = video;
  if (!w) return Promise.resolve(null);
  const canvas = document.createElement('canvas');
  const scale = Math.min(1, 640 / Math.max(w, h));
  canvas.width = Math.round(w * scale);
  canvas.height = Math.round(h * scale);
  canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.72));
}
