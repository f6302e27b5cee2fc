import { randomUUID } from 'node:crypto';
import { DpopSession, type OAuthClientProvider } from '@modelcontextprotocol/client';

type ClientInformation = Parameters<NonNullable<OAuthClientProvider['saveClientInformation']>>[0];
type Discovery = Parameters<NonNullable<OAuthClientProvider['saveDiscoveryState']>>[0];
type Tokens = Parameters<OAuthClientProvider['saveTokens']>[0];

/** Where the authorization server sends the user back. Nothing listens there: the example reads the address itself. */
const CALLBACK = 'http://127.0.0.1:33418/callback';

/** Keeps what the official client learns on its way to a token. */
export class MemoryProvider implements OAuthClientProvider {
  readonly redirectUrl = CALLBACK;
  readonly clientMetadata = {
    client_name: 'example-auth-client',
    redirect_uris: [CALLBACK],
    application_type: 'native' as const,
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
  };
  /** Where the user must go. */
  authorizationUrl: URL | undefined;
  readonly #dpop: Promise<DpopSession> | undefined;
  #client: ClientInformation | undefined;
  #tokens: Tokens | undefined;
  #discovery: Discovery | undefined;
  #verifier = '';
  #state = '';

  /** `dpop`: ask for tokens that work only with a key of this process (RFC 9449). `client`: what the authorization server knows it as; else it registers. */
  constructor(dpop: boolean, client?: ClientInformation) {
    this.#dpop = dpop ? DpopSession.create() : undefined;
    this.#client = client;
  }

  async dpop(): Promise<DpopSession | undefined> {
    return this.#dpop;
  }

  clientInformation(): ClientInformation | undefined {
    return this.#client;
  }

  saveClientInformation(client: ClientInformation): void {
    this.#client = client;
  }

  tokens(): Tokens | undefined {
    return this.#tokens;
  }

  saveTokens(tokens: Tokens): void {
    this.#tokens = tokens;
  }

  /** The authorization server to which the user was sent. The client accepts a code from no other. */
  discoveryState(): Discovery | undefined {
    return this.#discovery;
  }

  saveDiscoveryState(discovery: Discovery): void {
    this.#discovery = discovery;
  }

  /** Names this login. Some authorization servers insist on it. */
  state(): string {
    this.#state = randomUUID();
    return this.#state;
  }

  /** Whether the user comes back from the login that this client began, and not from one of somebody else. */
  began(answer: URLSearchParams): boolean {
    return this.#state !== '' && answer.get('state') === this.#state;
  }

  redirectToAuthorization(url: URL): void {
    this.authorizationUrl = url;
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }

  codeVerifier(): string {
    return this.#verifier;
  }
}
