/** Where the official client of the tests lets itself be called back. */
export const CALLBACK = 'http://127.0.0.1:33418/callback';

/** What the official client stores about itself. */
export interface KnownClient {
  readonly client_id: string;
}

/** An identity provider that this project did not write, with a user who may log in. */
export interface IdentityProvider {
  /** As in `iss`. */
  readonly issuer: string;
  /** A client that may ask for all scopes. Its tokens are JWTs. */
  readonly known: KnownClient;
  /** Registers a client with the scopes of its first request. Undefined: the official client does that itself. */
  readonly register?: () => Promise<KnownClient>;
  /** How pods ask about its tokens. */
  readonly introspection: { readonly clientId: string; readonly endpoint?: string };
  /** Logs the user in as a browser does, and returns the address with which the user comes back to the client. */
  login(authorizationUrl: URL): Promise<URL>;
  /** Signs with a new key from now on. The old key stays published until `withdraw`. */
  rotateKeys(): Promise<{ withdraw(): Promise<void> }>;
  /** Ends what the tokens stand for. */
  logout(clientId: string, refreshToken: string): Promise<void>;
  stop(): Promise<void>;
}

/** Sends JSON and returns the JSON of the answer. Throws if the answer is an error. */
export async function sendJson(
  url: string,
  method: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const init = { method, headers: { 'content-type': 'application/json', ...headers } };
  const response = await fetch(url, body === undefined ? init : { ...init, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
