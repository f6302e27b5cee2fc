import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { browse } from '../lib/browser.ts';
import { type Child, startChild } from '../lib/child.ts';
import { freePort } from '../lib/free-port.ts';
import { recipe } from '../lib/recipe.ts';
import { waitUntilReady } from '../lib/wait-until-ready.ts';
import { type IdentityProvider, sendJson } from './identity-provider.ts';

const KEYCLOAK = fileURLToPath(new URL('../../.idp/keycloak/bin/kc.sh', import.meta.url));
/** A start takes 15 s on an idle machine, and minutes on a busy one. */
const START_MS = 600_000;
const PAUSE_MS = 500;
/** `kc.sh` passes SIGTERM on to Java. If it is killed, Java stays. */
const STOP_MS = 120_000;
const ADMIN_PASSWORD = 'only-for-tests';
const ANN = { username: 'ann', password: 'ann-only-for-tests' };

interface Component {
  readonly id: string;
  readonly name: string;
  readonly providerId: string;
  readonly config: Readonly<Record<string, readonly string[]>>;
}

/** Starts Keycloak with an empty database. */
async function startProcess(): Promise<{ origin: string; child: Child }> {
  const [port, management] = await Promise.all([freePort(), freePort()]);
  const origin = `http://127.0.0.1:${port}`;
  const ports = ['--http-port', `${port}`, '--http-management-port', `${management}`];
  const local = ['--http-enabled=true', '--hostname-strict=false', '--http-host', '127.0.0.1'];
  const child = startChild(KEYCLOAK, ['start', '--optimized', ...local, ...ports], {
    env: {
      ...process.env,
      KC_BOOTSTRAP_ADMIN_USERNAME: 'admin',
      KC_BOOTSTRAP_ADMIN_PASSWORD: ADMIN_PASSWORD,
      JAVA_OPTS_KC_HEAP: '-Xms64m -Xmx300m',
    },
  });
  const ready = async () => {
    await delay(PAUSE_MS);
    return (await fetch(`${origin}/realms/master`)).ok;
  };
  await waitUntilReady(child, ready, { name: 'Keycloak', timeoutMs: START_MS }).catch(async (error: unknown) => {
    await child.stop(STOP_MS);
    throw error;
  });
  return { origin, child };
}

/** Starts Keycloak, and sets it up with the commands of docs/authorization.md. */
export async function startKeycloak(resource: string, introspectionSecret: string): Promise<IdentityProvider> {
  const { origin, child } = await startProcess();
  await promisify(execFile)('bash', ['-euc', recipe('keycloak')], {
    env: {
      ...process.env,
      KEYCLOAK: origin,
      MCP_URL: resource,
      ADMIN_PASSWORD,
      INTROSPECTION_SECRET: introspectionSecret,
    },
  });

  async function admin(method: string, path: string, body?: unknown): Promise<unknown> {
    const credentials = { grant_type: 'password', client_id: 'admin-cli', username: 'admin', password: ADMIN_PASSWORD };
    const response = await fetch(`${origin}/realms/master/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams(credentials),
    });
    const { access_token } = (await response.json()) as { access_token: string };
    const headers = { authorization: `Bearer ${access_token}` };
    return sendJson(`${origin}/admin/realms/mcp${path}`, method, body, headers);
  }

  const credentials = [{ type: 'password', value: ANN.password, temporary: false }];
  const person = { firstName: 'Ann', lastName: 'Ada', email: 'ann@acme.test', emailVerified: true };
  await admin('POST', '/users', { username: ANN.username, enabled: true, credentials, ...person });

  const issuer = `${origin}/realms/mcp`;
  let rotations = 0;
  return {
    issuer,
    known: { client_id: 'assistant' },
    introspection: { clientId: resource },
    async login(authorizationUrl) {
      const back = authorizationUrl.searchParams.get('redirect_uri') ?? '';
      const stopAt = (url: URL) => url.href.startsWith(back);
      const { url, page } = await browse(authorizationUrl, { answers: { ...ANN, accept: 'Yes' }, stopAt });
      if (!stopAt(url)) throw new Error(`Keycloak shows: ${page}`);
      return url;
    },
    async rotateKeys() {
      rotations += 1;
      const { id: realm } = (await admin('GET', '')) as { id: string };
      const type = 'org.keycloak.keys.KeyProvider';
      const old = ((await admin('GET', `/components?type=${type}`)) as Component[]).filter(
        ({ providerId }) => providerId === 'rsa-generated',
      );
      const config = { priority: [`${200 + rotations}`], enabled: ['true'], active: ['true'], algorithm: ['RS256'] };
      const next = {
        name: `key ${rotations}`,
        providerId: 'rsa-generated',
        providerType: type,
        parentId: realm,
        config,
      };
      await admin('POST', '/components', next);
      return {
        async withdraw() {
          for (const { id } of old) await admin('DELETE', `/components/${id}`);
        },
      };
    },
    async logout(clientId, refreshToken) {
      const body = new URLSearchParams({ client_id: clientId, refresh_token: refreshToken });
      const response = await fetch(`${issuer}/protocol/openid-connect/logout`, { method: 'POST', body });
      if (!response.ok) throw new Error(`logout: ${response.status} ${await response.text()}`);
    },
    async stop() {
      await child.stop(STOP_MS);
    },
  };
}
