import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Balancer } from '../lib/balancer-process.ts';
import { type Child, startChild } from '../lib/child.ts';
import { freePort } from '../lib/free-port.ts';
import { startHaproxy } from '../lib/haproxy.ts';
import { type Pod, startPod } from '../lib/pods.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { waitUntilReady } from '../lib/wait-until-ready.ts';

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const SERVER = path('services/auth-server/src/main.ts');

/** Two pods behind a balancer, protected by the authorization server for development. */
const parts: { redis?: RedisServer; pods: Pod[]; haproxy?: Balancer; server?: Child } = { pods: [] };

beforeAll(async () => {
  const [port, balancer] = await Promise.all([freePort(), freePort()]);
  const resource = `http://127.0.0.1:${balancer}/mcp`;
  parts.redis = await startRedis();
  const issuer = `http://127.0.0.1:${port}`;
  const scopes = ['mcp', 'reports:read'].flatMap((scope) => ['--scope', scope]);
  parts.server = startChild(process.execPath, [SERVER, '--port', `${port}`, '--resource', resource, ...scopes]);
  const ready = async () => (await fetch(`${issuer}/.well-known/oauth-authorization-server`)).ok;
  await waitUntilReady(parts.server, ready, { name: 'authorization server' });
  const tools = { generate_report: ['reports:read'] };
  const env = {
    ANYPOD_PUBLIC_URL: resource,
    ANYPOD_AUTH_SCOPES: 'mcp',
    ANYPOD_AUTH: JSON.stringify({
      issuers: [{ issuer, typ: 'at+jwt', claims: { tenant: 'tenant' }, tenants: ['acme'] }],
      scopes: { tools },
      dpop: {},
    }),
  };
  const module = path('examples/customer-tools/server.ts');
  const redisUrl = parts.redis.url;
  parts.pods = await Promise.all([1, 2].map(() => startPod({ module, redisUrl, env })));
  parts.haproxy = await startHaproxy({ pods: parts.pods, balance: 'roundrobin', port: balancer });
});

afterAll(async () => {
  await Promise.all([parts.haproxy?.stop(), parts.server?.stop(), ...parts.pods.map((pod) => pod.stop())]);
  await parts.redis?.stop();
});

async function run(...args: string[]): Promise<{ code: number | null; lines: string[] }> {
  const client = startChild(process.execPath, [
    path('examples/auth-client/client.ts'),
    parts.haproxy?.url ?? '',
    ...args,
  ]);
  const { code } = await client.exited;
  return { code, lines: client.logs().trim().split('\n') };
}

describe('examples/auth-client on two pods with services/auth-server', () => {
  it.each([
    ['2025-11-25', ['--era', 'legacy']],
    ['2026-07-28', ['--era', 'modern']],
    ['2026-07-28', ['--era', 'auto']],
    ['2025-11-25', ['--era', 'legacy', '--dpop']],
    ['2026-07-28', ['--era', 'modern', '--dpop']],
  ])(
    'registers, logs in, calls and steps up in %s with %j [auth.challenge.missing] [auth.scope.missing] [auth.dpop.nonce]',
    async (version, args) => {
      const { code, lines } = await run(...args);
      expect(lines).toEqual([
        'the user grants: mcp offline_access',
        `connected, protocol ${version}, token ${args.includes('--dpop') ? 'DPoP' : 'Bearer'}`,
        'lookup_customer: called',
        'the user grants: mcp reports:read offline_access',
        'generate_report: called',
        'closed',
      ]);
      expect(code).toBe(0);
    },
  );

  it('does not let in a user of another tenant [auth.tenant.issuer]', async () => {
    const { code, lines } = await run('--user', 'eve@umbrella');
    expect(code).not.toBe(0);
    expect(lines.join('\n')).not.toContain('connected');
  });
});

describe('services/auth-server', () => {
  it('does not start in production [auth.options]', async () => {
    const child = startChild(process.execPath, [SERVER], { env: { ...process.env, NODE_ENV: 'production' } });
    expect((await child.exited).code).toBe(2);
    expect(child.logs()).toContain('does not start with NODE_ENV=production');
  });
});
