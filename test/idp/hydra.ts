import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { browse } from '../lib/browser.ts';
import { type Child, startChild } from '../lib/child.ts';
import { freePort } from '../lib/free-port.ts';
import { recipe } from '../lib/recipe.ts';
import { waitUntilReady } from '../lib/wait-until-ready.ts';
import { CALLBACK, type IdentityProvider, type KnownClient, sendJson } from './identity-provider.ts';

const HYDRA = fileURLToPath(new URL('../../.idp/hydra/hydra', import.meta.url));
/** Where Hydra sends users. Nothing listens there: the test answers Hydra itself. */
const PAGES = 'http://127.0.0.1:9';
const KEY_SET = 'hydra.jwt.access-token';

export interface Hydra extends IdentityProvider {
  /** A client whose tokens are opaque. */
  readonly opaque: KnownClient;
}

interface Started {
  readonly child: Child;
  readonly issuer: string;
  /** The address of the API for administrators. */
  readonly admin: string;
  createKey(): Promise<unknown>;
}

/** Starts Ory Hydra in memory, with the configuration of docs/authorization.md. */
async function startProcess(directory: string): Promise<Started> {
  const [port, adminPort] = await Promise.all([freePort(), freePort()]);
  const issuer = `http://127.0.0.1:${port}`;
  const admin = `http://127.0.0.1:${adminPort}/admin`;
  const configuration = join(directory, 'hydra.yml');
  const here = (name: string, number: number) => `  ${name}: { host: 127.0.0.1, port: ${number} }`;
  const own = ['dsn: memory', 'secrets: { system: [only-for-tests-0123456789] }', 'serve:'];
  const documented = recipe('hydra', { 'https://login.example.com': issuer, 'https://pages.example.com': PAGES });
  await writeFile(configuration, [...own, here('public', port), here('admin', adminPort), documented].join('\n'));
  const child = startChild(HYDRA, ['serve', 'all', '--dev', '--sqa-opt-out', '--config', configuration]);
  await waitUntilReady(child, async () => (await fetch(`${issuer}/health/ready`)).ok, { name: 'Ory Hydra' });
  const createKey = () => sendJson(`${admin}/keys/${KEY_SET}`, 'POST', { alg: 'ES256', use: 'sig', kid: randomUUID() });
  // Otherwise it makes large RSA keys for the first who ask, and closes their connections if that takes 10 s.
  await createKey();
  await waitUntilReady(child, async () => (await fetch(`${issuer}/.well-known/jwks.json`)).ok, { name: 'its keys' });
  return { child, issuer, admin, createKey };
}

/** Starts Ory Hydra, with clients and pages. */
export async function startHydra(resource: string): Promise<Hydra> {
  const directory = await mkdtemp(join(tmpdir(), 'anypod-hydra-'));
  const { child, issuer, admin, createKey } = await startProcess(directory);

  /** `url`: the endpoint of the admin, or that for everybody. */
  async function createClient(url: string, more: object): Promise<KnownClient> {
    const client = {
      redirect_uris: [CALLBACK],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      scope: 'mcp reports:read offline_access',
      audience: [resource],
      ...more,
    };
    const { client_id } = (await sendJson(url, 'POST', client)) as KnownClient;
    return { client_id };
  }

  /** What the pages of login and consent do: they accept for the user. */
  async function detour(url: URL): Promise<URL | undefined> {
    if (!url.href.startsWith(`${PAGES}/`)) return undefined;
    const kind = url.pathname.slice(1);
    const challenge = url.searchParams.get(`${kind}_challenge`) ?? '';
    const request = `${admin}/oauth2/auth/requests/${kind}`;
    const query = `?${kind}_challenge=${encodeURIComponent(challenge)}`;
    const { requested_scope = [] } = (await sendJson(request + query, 'GET')) as { requested_scope?: string[] };
    const body =
      kind === 'login' ? { subject: 'ann' } : { grant_scope: requested_scope, grant_access_token_audience: [resource] };
    const { redirect_to } = (await sendJson(`${request}/accept${query}`, 'PUT', body)) as { redirect_to: string };
    return new URL(redirect_to);
  }

  return {
    issuer,
    known: await createClient(`${admin}/clients`, {}),
    opaque: await createClient(`${admin}/clients`, { access_token_strategy: 'opaque' }),
    register: () => createClient(`${issuer}/oauth2/register`, { scope: 'mcp offline_access' }),
    introspection: { clientId: 'mcp', endpoint: `${admin}/oauth2/introspect` },
    async login(authorizationUrl) {
      const back = authorizationUrl.searchParams.get('redirect_uri') ?? '';
      const stopAt = (url: URL) => url.href.startsWith(back);
      const { url, page } = await browse(authorizationUrl, { answers: {}, stopAt, detour });
      if (!stopAt(url)) throw new Error(`Hydra shows: ${page}`);
      return url;
    },
    async rotateKeys() {
      const { keys } = (await sendJson(`${admin}/keys/${KEY_SET}`, 'GET')) as { keys: { kid: string }[] };
      await createKey();
      return {
        async withdraw() {
          for (const { kid } of keys) await sendJson(`${admin}/keys/${KEY_SET}/${kid}`, 'DELETE');
        },
      };
    },
    async logout(clientId, refreshToken) {
      const body = new URLSearchParams({ client_id: clientId, token: refreshToken });
      const response = await fetch(`${issuer}/oauth2/revoke`, { method: 'POST', body });
      if (!response.ok) throw new Error(`revocation: ${response.status} ${await response.text()}`);
    },
    async stop() {
      await child.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
