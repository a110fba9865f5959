// Passkeys: the server speaks JSON with base64url, the browser speaks bytes.
type Json = Record<string, unknown>;

export const hasPasskeys = () => typeof PublicKeyCredential !== 'undefined' && isSecureContext;

export function fromBase64url(text: string): ArrayBuffer {
  const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(plain, (c) => c.charCodeAt(0)).buffer;
}

export function toBase64url(bytes: ArrayBuffer): string {
  let plain = '';
  for (const b of new Uint8Array(bytes)) plain += String.fromCharCode(b);
  return btoa(plain).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

interface Described {
  id: string;
  type: 'public-key';
  transports?: AuthenticatorTransport[];
}
const described = (list: Described[] | undefined) => list?.map((d) => ({ ...d, id: fromBase64url(d.id) }));

/** The server's options may stand inside `publicKey`. */
const inner = (options: unknown) => ((options as Json).publicKey ?? options) as Json;

export async function createPasskey(options: unknown): Promise<Json> {
  const o = inner(options) as Json & { challenge: string; user: Json & { id: string }; excludeCredentials?: Described[] };
  const made = (await navigator.credentials.create({
    publicKey: {
      ...(o as unknown as PublicKeyCredentialCreationOptions),
      challenge: fromBase64url(o.challenge),
      user: { ...(o.user as unknown as PublicKeyCredentialUserEntity), id: fromBase64url(o.user.id) },
      excludeCredentials: described(o.excludeCredentials),
    },
  })) as PublicKeyCredential;
  const r = made.response as AuthenticatorAttestationResponse;
  return {
    ...outer(made),
    response: { attestationObject: toBase64url(r.attestationObject), clientDataJSON: toBase64url(r.clientDataJSON), transports: r.getTransports?.() ?? [] },
  };
}

export async function usePasskey(options: unknown): Promise<Json> {
  const o = inner(options) as Json & { challenge: string; allowCredentials?: Described[] };
  const used = (await navigator.credentials.get({
    publicKey: { ...(o as unknown as PublicKeyCredentialRequestOptions), challenge: fromBase64url(o.challenge), allowCredentials: described(o.allowCredentials) },
  })) as PublicKeyCredential;
  const r = used.response as AuthenticatorAssertionResponse;
  return {
    ...outer(used),
    response: {
      authenticatorData: toBase64url(r.authenticatorData),
      clientDataJSON: toBase64url(r.clientDataJSON),
      signature: toBase64url(r.signature),
      userHandle: r.userHandle ? toBase64url(r.userHandle) : undefined,
    },
  };
}

const outer = (c: PublicKeyCredential) => ({
  id: c.id,
  rawId: toBase64url(c.rawId),
  type: c.type,
  authenticatorAttachment: c.authenticatorAttachment ?? undefined,
  clientExtensionResults: c.getClientExtensionResults(),
});

/** The person closed the browser's question: nothing went wrong. */
export const wasStopped = (e: unknown) => e instanceof DOMException && (e.name === 'NotAllowedError' || e.name === 'AbortError');
