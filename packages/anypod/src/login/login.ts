import { randomUUID } from 'node:crypto';
import {
  type AuthProvider,
  auth,
  computeScopeUnion,
  extractWWWAuthenticateParams,
  type InsufficientScopeError,
  type OAuthClientProvider,
} from '@modelcontextprotocol/client';
import type { CredentialStore, Credentials } from './credential-file.ts';
import { type Loopback, listenForAnswer } from './loopback.ts';

export interface LoginOptions {
  /** The endpoint. */
  readonly url: URL;
  readonly store: CredentialStore;
  /** Shows the user a page of the authorization server. */
  readonly show: (page: URL) => void;
  /** How the authorization server knows this client. Undefined: the client registers itself. */
  readonly clientId?: string | undefined;
  /** The port at which the client gets its answers. Default: a free one. */
  readonly port?: number | undefined;
  /** How long the user may take, in ms. */
  readonly patienceMs: number;
  /** Gives up. */
  readonly signal: AbortSignal;
}

/** Tokens for the requests of one client. Callers that need one at the same time share one login. */
export interface Login extends Required<AuthProvider> {
  /** Lets the user grant the scopes that a call lacked. */
  stepUp(error: InsufficientScopeError): Promise<void>;
}

interface Wanted {
  readonly scope?: string;
  readonly resourceMetadataUrl?: URL;
  /** Ask the user, even if the tokens could be refreshed. */
  readonly forceReauthorization: boolean;
}

/** The user did not grant the scopes, or the client may not ask for them. */
class LoginRefused extends Error {
  readonly code: string;

  constructor(answer: URLSearchParams) {
    const [code, description] = [answer.get('error') ?? '', answer.get('error_description') ?? ''];
    super(
      `The authorization server refused the login: ${[code, description].filter((part) => part !== '').join(': ')}`,
    );
    this.name = 'LoginRefused';
    this.code = code;
  }
}

/** Logs the user in with the official client's flow: discovery, registration, code with PKCE, refresh. */
export function createLogin(options: LoginOptions): Login {
  const { store } = options;
  /** The token of the last request. */
  let used: string | undefined;
  let running: Promise<void> | undefined;

  function once(act: () => Promise<void>): Promise<void> {
    running ??= act().finally(() => {
      running = undefined;
    });
    return running;
  }

  async function renew(response: Response): Promise<void> {
    // Another process of the user may have a newer token.
    const stored = store.read().tokens?.access_token;
    if (stored !== undefined && stored !== used) return;
    await authorize(options, { ...extractWWWAuthenticateParams(response), forceReauthorization: false });
  }

  return {
    async token() {
      used = store.read().tokens?.access_token;
      return used;
    },
    onUnauthorized: ({ response }) => once(() => renew(response)),
    stepUp: ({ requiredScope, resourceMetadataUrl }) =>
      once(() => {
        const scope = computeScopeUnion(store.read().tokens?.scope, requiredScope);
        const challenge = { ...(scope && { scope }), ...(resourceMetadataUrl && { resourceMetadataUrl }) };
        return authorize(options, { ...challenge, forceReauthorization: true });
      }),
  };
}

async function authorize(options: LoginOptions, wanted: Wanted): Promise<void> {
  try {
    await runFlow(options, wanted);
  } catch (error) {
    // Many authorization servers let a client that registered itself ask only for the scopes of its registration. So it registers once more.
    if (!(error instanceof LoginRefused) || error.code !== 'invalid_scope' || options.clientId !== undefined)
      throw error;
    options.store.write({ ...options.store.read(), client: undefined });
    await runFlow(options, { ...wanted, forceReauthorization: true });
  }
}

async function runFlow(options: LoginOptions, wanted: Wanted): Promise<void> {
  const { url, store, signal, patienceMs } = options;
  const loopback = await listenForAnswer(options.port ?? store.read().port);
  try {
    const state = randomUUID();
    const provider = createProvider(options, wanted, loopback, state);
    const request = { serverUrl: url, ...wanted };
    if ((await auth(provider, request)) === 'AUTHORIZED') return;
    const late = AbortSignal.timeout(patienceMs);
    const answer = await loopback.answerTo(state, AbortSignal.any([signal, late])).catch((error: unknown) => {
      throw late.aborted ? new Error('Nobody logged in. Call again, and log in on the page that opens.') : error;
    });
    const code = answer.get('code');
    if (code === null) throw new LoginRefused(answer);
    const iss = answer.get('iss') ?? undefined;
    await auth(provider, { ...request, authorizationCode: code, ...(iss === undefined ? {} : { iss }) });
  } finally {
    loopback.close();
  }
}

/** What the official client asks for and stores during one login. */
function createProvider(
  { store, show, clientId }: LoginOptions,
  { scope }: Wanted,
  { port, redirectUrl }: Loopback,
  state: string,
): OAuthClientProvider {
  let verifier = '';
  let discovery: Awaited<ReturnType<NonNullable<OAuthClientProvider['discoveryState']>>>;
  const save = (change: Credentials) => store.write({ ...store.read(), ...change });
  return {
    redirectUrl,
    clientMetadata: {
      client_name: 'anypod connect',
      redirect_uris: [redirectUrl],
      application_type: 'native',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    state: () => state,
    clientInformation: ({ issuer } = { issuer: '' }) =>
      clientId === undefined ? store.read().client : { client_id: clientId, issuer },
    saveClientInformation: (client) => save({ client, port }),
    tokens: () => store.read().tokens,
    saveTokens: (tokens) => save({ tokens: { ...tokens, scope: tokens.scope ?? scope } }),
    redirectToAuthorization: show,
    saveCodeVerifier(text) {
      verifier = text;
    },
    codeVerifier: () => verifier,
    discoveryState: () => discovery,
    saveDiscoveryState(found) {
      discovery = found;
    },
    invalidateCredentials(what) {
      if (what === 'all' || what === 'client') save({ client: undefined, port: undefined });
      if (what === 'all' || what === 'tokens') save({ tokens: undefined });
    },
  };
}
