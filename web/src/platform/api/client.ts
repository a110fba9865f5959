// The one way to the server. Types come from api/openapi.yaml; a failed call
// throws ApiError, whose message is already in the person's language.
import createClient, { type Middleware } from 'openapi-fetch';
import { lang } from '@/platform/prefs';
import { ApiError } from './problem';
import type { components, paths } from './schema';

export { ApiError, isCode } from './problem';
export type Schemas = components['schemas'];

/** A key that makes a write safe to repeat: the server answers a repeat with the first answer. */
export const newKey = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
};

/** Header for a write that may be sent again with the same meaning. */
export const withKey = (key: string) => ({ headers: { 'Idempotency-Key': key } });

const manners: Middleware = {
  onRequest({ request }) {
    request.headers.set('Accept-Language', lang.value);
    if (request.method !== 'GET' && !request.headers.has('Idempotency-Key')) request.headers.set('Idempotency-Key', newKey());
    return request;
  },
  async onResponse({ response }) {
    if (response.ok) return undefined;
    let problem = {};
    try {
      problem = await response.clone().json();
    } catch {
      // Not from our server (a proxy in between): the status alone must do.
    }
    throw new ApiError({ ...problem, status: response.status });
  },
  onError({ error }) {
    return error instanceof ApiError ? error : new ApiError({ status: 0, code: 'offline' });
  },
};

const client = createClient<paths>({ baseUrl: '/', credentials: 'same-origin' });
client.use(manners);

type Ok<T> = T extends { data?: infer D } ? Exclude<D, undefined> : never;

/** Unwraps the answer: `const room = await got(api.GET('/api/rooms/{id}', …))`. */
export async function got<T extends { data?: unknown }>(call: Promise<T>): Promise<Ok<T>> {
  return (await call).data as Ok<T>;
}

export const api = client;

/** Sends raw bytes (a photo) with progress; fetch has no upload progress. */
export function upload(path: string, body: Blob, key: string, onProgress?: (part: number) => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open('POST', path);
    xhr.setRequestHeader('Content-Type', body.type || 'application/octet-stream');
    xhr.setRequestHeader('Idempotency-Key', key);
    xhr.setRequestHeader('Accept-Language', lang.value);
    xhr.responseType = 'json';
    xhr.upload.onprogress = (e) => e.lengthComputable && onProgress?.(e.loaded / e.total);
    xhr.onload = () =>
      xhr.status < 300 ? resolve(xhr.response) : reject(new ApiError({ ...xhr.response, status: xhr.status }));
    xhr.onerror = xhr.ontimeout = () => reject(new ApiError({ status: 0, code: 'offline' }));
    xhr.send(body);
  });
}
