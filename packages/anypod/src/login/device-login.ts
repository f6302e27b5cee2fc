import { setTimeout as delay } from 'node:timers/promises';
import { assertSecureTokenEndpoint, discoverOAuthServerInfo, registerClient } from '@modelcontextprotocol/client';

/** What the user does: opens the page on any device, and enters the code there. */
export interface DevicePrompt {
  readonly page: string;
  readonly code: string;
}

export interface DeviceLoginOptions {
  /** The endpoint. */
  readonly url: URL;
  /** How the authorization server knows this client. Undefined: the client registers itself. */
  readonly clientId?: string | undefined;
  readonly show: (prompt: DevicePrompt) => void;
  readonly signal: AbortSignal;
}

interface Grant {
  readonly device_code?: string;
  readonly user_code?: string;
  readonly verification_uri?: string;
  readonly verification_uri_complete?: string;
  /** Seconds. */
  readonly expires_in?: number;
  readonly interval?: number;
}

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:device_code';
/** RFC 8628 §3.2 and §3.5, in seconds. */
const USUAL_INTERVAL = 5;
const SLOWER_BY = 5;
const USUAL_LIFE = 600;

/** Logs the user in on another device (RFC 8628), where this machine has no browser. Resolves to an access token. Rejects with a sentence. */
export async function loginByDevice({ url, clientId, show, signal }: DeviceLoginOptions): Promise<string> {
  const { authorizationServerUrl, authorizationServerMetadata, resourceMetadata } = await discoverOAuthServerInfo(url);
  const metadata = authorizationServerMetadata as { device_authorization_endpoint?: string } | undefined;
  const [start, token] = [metadata?.device_authorization_endpoint, authorizationServerMetadata?.token_endpoint];
  if (start === undefined || token === undefined) {
    throw new Error(`${authorizationServerUrl} has no login for devices. Pass a token with --token-file.`);
  }
  assertSecureTokenEndpoint(new URL(token));
  const client_id = clientId ?? (await register(String(authorizationServerUrl), authorizationServerMetadata));
  const scope = resourceMetadata?.scopes_supported?.join(' ');
  const resource = resourceMetadata?.resource ?? url.href;
  const grant = (await send(start, { client_id, resource, ...(scope && { scope }) }, signal)).body as Grant;
  const { device_code, user_code, verification_uri, verification_uri_complete } = grant;
  if (device_code === undefined || user_code === undefined || verification_uri === undefined) {
    throw new Error(`${start} did not answer with a code for the user. Pass a token with --token-file.`);
  }
  show({ page: verification_uri_complete ?? verification_uri, code: user_code });
  return waitForToken(token, { grant_type: GRANT_TYPE, device_code, client_id, resource }, grant, signal);
}

async function register(
  server: string,
  metadata: Awaited<ReturnType<typeof discoverOAuthServerInfo>>['authorizationServerMetadata'],
): Promise<string> {
  const clientMetadata = {
    client_name: 'anypod doctor',
    redirect_uris: [],
    grant_types: [GRANT_TYPE],
    response_types: [],
    token_endpoint_auth_method: 'none',
  };
  return (await registerClient(server, { clientMetadata, ...(metadata && { metadata }) })).client_id;
}

type Form = Readonly<Record<string, string>>;

async function waitForToken(endpoint: string, form: Form, grant: Grant, signal: AbortSignal): Promise<string> {
  let interval = grant.interval ?? USUAL_INTERVAL;
  const until = performance.now() + (grant.expires_in ?? USUAL_LIFE) * 1000;
  while (performance.now() < until) {
    await delay(interval * 1000, undefined, { signal });
    const { body } = await send(endpoint, form, signal);
    const { access_token, error } = body as { access_token?: string; error?: string };
    if (access_token !== undefined) return access_token;
    if (error === 'slow_down') interval += SLOWER_BY;
    else if (error !== 'authorization_pending') throw new Error(`The login was refused: ${error ?? 'no token came'}.`);
  }
  throw new Error('Nobody logged in in time. Run the command again, and enter the code on the page.');
}

async function send(endpoint: string, form: Form, signal: AbortSignal): Promise<{ readonly body: object }> {
  const headers = { accept: 'application/json' };
  const response = await fetch(endpoint, { method: 'POST', headers, body: new URLSearchParams(form), signal });
  return { body: ((await response.json().catch(() => undefined)) ?? {}) as object };
}
