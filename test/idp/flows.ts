import { fileURLToPath } from 'node:url';
import { auth, Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, expect } from 'vitest';
import { MemoryProvider } from '../../examples/auth-client/memory-provider.ts';
import { post } from '../cluster/wire.ts';
import type { Balancer } from '../lib/balancer-process.ts';
import { freePort } from '../lib/free-port.ts';
import { startHaproxy } from '../lib/haproxy.ts';
import { type Pod, startPod } from '../lib/pods.ts';
import { recipe, variablesOf } from '../lib/recipe.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import type { IdentityProvider, KnownClient } from './identity-provider.ts';

const MODULE = fileURLToPath(new URL('../../examples/customer-tools/server.ts', import.meta.url));
const EXAMPLE = fileURLToPath(new URL('../../examples/sign-in', import.meta.url));
export const INTROSPECTION_SECRET = 'introspection-only-for-tests';

export const CUSTOMER = { name: 'lookup_customer', arguments: { email: 'customer@example.com' } };
const PERIOD = { startDate: '2025-01-01', endDate: '2025-12-31', format: 'summary' };
export const REPORT = { name: 'generate_report', arguments: PERIOD };
const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'wire', version: '1' } },
};

/** The official client of the user, with what it knows. */
export interface UserClient {
  readonly provider: MemoryProvider;
  readonly client: Client;
  /** The access token. */
  readonly token: string;
  /** Calls a tool. Lets the user grant what is missing. */
  call(request: typeof CUSTOMER | typeof REPORT): Promise<boolean>;
  refresh(): Promise<void>;
}

/** Two pods behind a balancer, configured with the recipe of docs/authorization.md, and the identity provider. */
export interface Flows<P extends IdentityProvider> {
  readonly idp: P;
  /** The endpoint behind the balancer. */
  readonly resource: string;
  readonly pods: readonly URL[];
  /** A client that has logged in, and called. */
  open(options?: { readonly known?: KnownClient; readonly legacy?: boolean; readonly at?: URL }): Promise<UserClient>;
  /** A pod that asks the identity provider about every token. */
  startAskingPod(): Promise<URL>;
  /** A pod of examples/sign-in, set up as its README says. */
  startExample(): Promise<URL>;
}

/** Starts them before the tests of the file, and stops them after. */
export function useFlows<P extends IdentityProvider>(start: (resource: string) => Promise<P>): Flows<P> {
  const parts: { redis?: RedisServer; pods: Pod[]; asking: Pod[]; haproxy?: Balancer; idp?: P } = {
    pods: [],
    asking: [],
  };
  let resource = '';

  const environment = (issuer: string) =>
    variablesOf(
      recipe('known', { 'https://login.example.com/realms/mcp': issuer, 'https://mcp.example.com/mcp': resource }),
    );
  const idp = () => {
    if (parts.idp === undefined) throw new Error('the identity provider exists only between beforeAll and afterAll');
    return parts.idp;
  };
  const options = (env: Record<string, string>) => ({ module: MODULE, redisUrl: parts.redis?.url ?? '', env });

  beforeAll(async () => {
    const balancer = await freePort();
    resource = `http://127.0.0.1:${balancer}/mcp`;
    [parts.idp, parts.redis] = await Promise.all([start(resource), startRedis()]);
    parts.pods = await Promise.all([1, 2].map(() => startPod(options(environment(idp().issuer)))));
    parts.haproxy = await startHaproxy({ pods: parts.pods, balance: 'roundrobin', port: balancer });
  });

  afterAll(async () => {
    const { haproxy, pods, asking, redis } = parts;
    await Promise.all([haproxy?.stop(), parts.idp?.stop(), ...[...pods, ...asking].map((pod) => pod.stop())]);
    await redis?.stop();
  });

  return {
    get idp() {
      return idp();
    },
    get resource() {
      return resource;
    },
    get pods() {
      return parts.pods.map(({ url }) => new URL(url));
    },
    open: ({ known, legacy = false, at = new URL(resource) } = {}) => openClient(idp(), at, known, legacy),
    async startExample() {
      const port = await freePort();
      const pod = await startPod({
        module: `${EXAMPLE}/server.ts`,
        port,
        env: {
          ANYPOD_AUTH: `${EXAMPLE}/auth.json`,
          ANYPOD_AUTH_ISSUERS: idp().issuer,
          ANYPOD_PUBLIC_URL: `${resource},http://127.0.0.1:${port}/mcp`,
        },
      });
      parts.asking.push(pod);
      return new URL(pod.url);
    },
    async startAskingPod() {
      const { ANYPOD_AUTH_ISSUERS: issuer, ...env } = environment(idp().issuer);
      const introspection = { ...idp().introspection, always: true };
      const ANYPOD_AUTH = JSON.stringify({ issuers: [{ issuer, introspection }], cacheSeconds: 1 });
      const port = await freePort();
      const ANYPOD_PUBLIC_URL = `${resource},http://127.0.0.1:${port}/mcp`;
      const more = { ANYPOD_AUTH, ANYPOD_PUBLIC_URL, ANYPOD_INTROSPECTION_SECRET: INTROSPECTION_SECRET };
      const pod = await startPod({ ...options({ ...env, ...more }), port });
      parts.asking.push(pod);
      return new URL(pod.url);
    },
  };
}

/** The status with which a pod answers to a token. */
export async function statusAt(pod: URL, token: string): Promise<number> {
  const response = await post(pod, initialize, { authorization: `Bearer ${token}` });
  await response.body?.cancel();
  return response.status;
}

async function openClient(
  idp: IdentityProvider,
  url: URL,
  known: KnownClient | undefined,
  legacy: boolean,
): Promise<UserClient> {
  const provider = new MemoryProvider(false, known ?? (await idp.register?.()));
  const transport = () => new StreamableHTTPClientTransport(url, { authProvider: provider });
  const mode = legacy ? 'legacy' : 'auto';
  const client = new Client({ name: 'idp-test', version: '1.0.0' }, { versionNegotiation: { mode } });

  async function grant(at: StreamableHTTPClientTransport, error: unknown): Promise<void> {
    if (!(error instanceof UnauthorizedError) || provider.authorizationUrl === undefined) throw error;
    const { searchParams: answer } = await idp.login(provider.authorizationUrl);
    expect(provider.began(answer)).toBe(true);
    await at.finishAuth(answer);
  }

  const first = transport();
  await client.connect(first).catch((error: unknown) => grant(first, error));
  const second = transport();
  await client.connect(second);

  async function call(request: typeof CUSTOMER | typeof REPORT): Promise<boolean> {
    const once = async () => (await client.callTool(request)).isError !== true;
    return once().catch((error: unknown) => grant(second, error).then(once));
  }
  expect(await call(CUSTOMER)).toBe(true);
  return {
    provider,
    client,
    call,
    get token() {
      return provider.tokens()?.access_token ?? '';
    },
    async refresh() {
      await auth(provider, { serverUrl: url });
    },
  };
}
