import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postModern } from '../cluster/modern-wire.ts';
import { messagesOf } from '../cluster/wire.ts';
import { ANYPOD } from '../lib/anypod.ts';
import type { Balancer } from '../lib/balancer-process.ts';
import { type Child, startChild } from '../lib/child.ts';
import { freePort } from '../lib/free-port.ts';
import { startHaproxy } from '../lib/haproxy.ts';
import { type Pod, startPod } from '../lib/pods.ts';
import { recipe, variablesOf } from '../lib/recipe.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { startTokenIssuer, type TokenIssuer } from '../lib/token-issuer.ts';
import { waitUntilReady } from '../lib/wait-until-ready.ts';
import { describeConnect } from './connect-login.ts';

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const SERVER = path('services/auth-server/src/main.ts');
const MODULE = path('examples/customer-tools/server.ts');

interface Parts {
  redis?: RedisServer;
  pods: Pod[];
  haproxy?: Balancer;
  server?: Child;
  beta?: TokenIssuer;
  issuer: string;
  /** The endpoint of one pod, which the recipe `known` protects. */
  known: string;
}

/** Two pods behind a balancer, which the recipe `several` of docs/authorization.md protects. One issuer is the authorization server for development. */
const parts: Parts = { pods: [], issuer: '', known: '' };

beforeAll(async () => {
  const [port, balancer, alone] = await Promise.all([freePort(), freePort(), freePort()]);
  const resource = `http://127.0.0.1:${balancer}/mcp`;
  parts.known = `http://127.0.0.1:${alone}/mcp`;
  parts.issuer = `http://127.0.0.1:${port}`;
  [parts.redis, parts.beta] = await Promise.all([startRedis(), startTokenIssuer(resource)]);
  const offers = [
    ...['mcp', 'reports:read'].flatMap((scope) => ['--scope', scope]),
    ...[resource, parts.known].flatMap((url) => ['--resource', url]),
  ];
  parts.server = startChild(process.execPath, [SERVER, '--port', `${port}`, ...offers]);
  const ready = async () => (await fetch(`${parts.issuer}/.well-known/oauth-authorization-server`)).ok;
  await waitUntilReady(parts.server, ready, { name: 'authorization server' });
  const ANYPOD_AUTH = recipe('several', {
    'https://login.example.com': parts.issuer,
    'https://login.beta.example': parts.beta.url,
    'https://mcp.example.com/mcp': resource,
  });
  const env = { ANYPOD_AUTH: JSON.stringify({ ...JSON.parse(ANYPOD_AUTH), dpop: {} }) };
  const redisUrl = parts.redis.url;
  parts.pods = await Promise.all([1, 2].map(() => startPod({ module: MODULE, redisUrl, env })));
  parts.haproxy = await startHaproxy({ pods: parts.pods, balance: 'roundrobin', port: balancer });
});

afterAll(async () => {
  await Promise.all([
    parts.haproxy?.stop(),
    parts.server?.stop(),
    parts.beta?.stop(),
    ...parts.pods.map((pod) => pod.stop()),
  ]);
  await parts.redis?.stop();
});

async function run(url: string | undefined, ...args: string[]): Promise<{ code: number | null; lines: string[] }> {
  const client = startChild(process.execPath, [path('examples/auth-client/client.ts'), url ?? '', ...args]);
  const { code } = await client.exited;
  return { code, lines: client.logs().trim().split('\n') };
}

async function check(url: string | undefined, ...flags: string[]): Promise<{ code: number | null; lines: string[] }> {
  const child = startChild(process.execPath, [ANYPOD, 'doctor', url ?? '', '--smoke', ...flags]);
  const { code } = await child.exited;
  return { code, lines: child.logs().trim().split('\n') };
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
      const { code, lines } = await run(parts.haproxy?.url, ...args);
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

  it('lets in no user of a tenant for which the issuer may not speak [auth.tenant.issuer]', async () => {
    const { code, lines } = await run(parts.haproxy?.url, '--user', 'eve@beta');
    expect(code).not.toBe(0);
    expect(lines.join('\n')).not.toContain('connected');
  });
});

describe('the recipes of docs/authorization.md', () => {
  it('several: each issuer speaks for its own tenants, and a broader scope opens what it implies [auth.tenant.issuer] [auth.scope.hierarchy]', async () => {
    const url = new URL(parts.haproxy?.url ?? '');
    const tools = async (scope: string) => {
      const token = await parts.beta?.token({ scope });
      const answer = await postModern(url, 'tools/list', {}, { authorization: `Bearer ${token}` });
      return JSON.stringify(await messagesOf(answer));
    };
    expect(await tools('mcp')).not.toContain('generate_report');
    expect(await tools('mcp admin')).toContain('generate_report');
    const foreign = `Bearer ${await parts.beta?.token({ tenant: 'acme', iss: parts.issuer })}`;
    expect((await postModern(url, 'tools/list', {}, { authorization: foreign })).status).toBe(401);
  });

  it('known: the official client logs in, calls and steps up [auth.scope.missing]', async () => {
    const env = variablesOf(
      recipe('known', {
        'https://login.example.com/realms/mcp': parts.issuer,
        'https://mcp.example.com/mcp': parts.known,
      }),
    );
    const pod = await startPod({ module: MODULE, env, port: Number(new URL(parts.known).port) });
    try {
      const { lines } = await run(parts.known);
      expect(lines.slice(-3)).toEqual([
        'the user grants: mcp reports:read offline_access',
        'generate_report: called',
        'closed',
      ]);
    } finally {
      await pod.stop();
    }
  });

  it('none: everybody may call everything [auth.off]', async () => {
    const pod = await startPod({ module: MODULE });
    try {
      const { lines } = await run(pod.url);
      expect(lines.slice(-2)).toEqual(['generate_report: called', 'closed']);
      expect(lines.join()).not.toContain('grants');
      const checked = await check(pod.url, '--challenge');
      expect(checked.lines.join('\n')).toMatch(/FAIL +challenge .*lets callers in without a token/);
      expect(checked.code).toBe(1);
    } finally {
      await pod.stop();
    }
  });
});

describe('anypod doctor --smoke of a protected deployment', () => {
  const addresses = () => parts.pods.map(({ port }) => `127.0.0.1:${port}`).join(',');

  it('needs a token, and says so [host.check.token]', async () => {
    const { code, lines } = await check(parts.haproxy?.url, '--pods', addresses());
    expect(lines.join('\n')).toMatch(/FAIL +answers .*401[\s\S]*--token-file/);
    expect(code).toBe(3);
  });

  it('sends the token of a file to the URL and to every pod, and prints it nowhere [host.check.token]', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'anypod-token-'));
    const token = (await parts.beta?.token({ scope: 'mcp' })) ?? '';
    await writeFile(join(directory, 'token'), `${token}\n`);
    const flags = ['--pods', addresses(), '--token-file', join(directory, 'token')];
    const { code, lines } = await check(parts.haproxy?.url, ...flags);
    await rm(directory, { recursive: true });
    expect(lines.join('\n')).toMatch(/ok +every-pod .*all 2 know the session/);
    expect(lines.join('\n')).not.toContain(token);
    expect(code).toBe(0);
  });

  it('tests without a token that every pod refuses, and where clients get one [host.check.challenge]', async () => {
    const { code, lines } = await check(parts.haproxy?.url, '--pods', addresses(), '--challenge');
    expect(lines.flatMap((line) => /^(?:ok|skip|FAIL) +\w+/.exec(line)?.[0].replace(/ +/, ' ') ?? [])).toEqual([
      'ok pods',
      'ok ready',
      'ok challenge',
      'ok metadata',
      'skip session',
    ]);
    expect(lines.join('\n')).toContain(`tokens come from ${parts.issuer}, ${parts.beta?.url}`);
    expect(lines.join('\n')).toMatch(/skip +session .*--token-file/);
    expect(code).toBe(0);
  });
});

describeConnect(() => parts.haproxy?.url ?? '');

describe('services/auth-server', () => {
  it('knows PKCE with S256 only, its own resources, and client ids that are URLs', async () => {
    const read = async (response: Response) => (await response.json()) as Record<string, unknown>;
    const metadata = await read(await fetch(`${parts.issuer}/.well-known/oauth-authorization-server`));
    expect(metadata).toMatchObject({
      code_challenge_methods_supported: ['S256'],
      client_id_metadata_document_supported: true,
      registration_endpoint: expect.any(String),
    });
    const redirect = 'http://127.0.0.1:33418/callback';
    const registered = await fetch(String(metadata['registration_endpoint']), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: [redirect], token_endpoint_auth_method: 'none' }),
    });
    const client = String((await read(registered))['client_id']);
    /** What the server answers to an authorization request: an error, or its login page. */
    const authorize = async (more: Record<string, string>) => {
      const query = new URLSearchParams({ client_id: client, redirect_uri: redirect, response_type: 'code', ...more });
      const { headers } = await fetch(`${metadata['authorization_endpoint']}?${query}`, { redirect: 'manual' });
      const to = new URL(headers.get('location') ?? '', parts.issuer);
      return to.searchParams.get('error') ?? to.pathname.split('/')[1];
    };
    const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
    expect(await authorize({})).toBe('invalid_request');
    expect(await authorize({ code_challenge: challenge, code_challenge_method: 'plain' })).toBe('invalid_request');
    const s256 = { code_challenge: challenge, code_challenge_method: 'S256' };
    expect(await authorize({ ...s256, resource: 'https://unknown.test/mcp' })).toBe('invalid_target');
    expect(await authorize({ ...s256, resource: parts.known })).toBe('interaction');
  });

  it('does not start in production [auth.options]', async () => {
    const child = startChild(process.execPath, [SERVER], { env: { ...process.env, NODE_ENV: 'production' } });
    expect((await child.exited).code).toBe(2);
    expect(child.logs()).toContain('does not start with NODE_ENV=production');
  });
});
