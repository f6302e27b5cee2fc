import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { JOURNAL_VARIABLE, type JournalEntry, readJournal } from '../cluster/journal.ts';
import { SERVICE } from '../cluster/service-pods.ts';
import { freePort } from '../lib/free-port.ts';
import { type Pod, type PodOptions, startPod } from '../lib/pods.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { startTokenIssuer, type TokenIssuer } from '../lib/token-issuer.ts';

const FIXTURE = fileURLToPath(new URL('fixture.ts', import.meta.url));

/** The endpoint as tokens and metadata name it. The tests reach the pods by other addresses, as behind a proxy. */
export const RESOURCE = 'https://mcp.test/mcp';
export const OTHER_RESOURCE = 'https://two.test/tools/mcp';
export const SECRET = 'introspection-secret';

/** Two pods with the same rules, and two authorization servers: `a` speaks for the tenants acme and umbrella, `b` for the tenant beta. */
export interface Protected {
  readonly a: TokenIssuer;
  readonly b: TokenIssuer;
  readonly pods: readonly [Pod, Pod];
  /** The endpoints of the pods. */
  readonly urls: readonly [URL, URL];
  readonly redis: RedisServer;
  readonly redisUrl: string;
  journal(key: string, event?: string): readonly JournalEntry[];
  logs(): string;
  /** The metrics of both pods, as text. */
  metrics(): Promise<string>;
  /** A token of `a` for a user of acme. */
  token(claims?: Record<string, unknown>): Promise<string>;
  startPod(options?: Partial<PodOptions>): Promise<Pod>;
}

export const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` });

function rules(a: string, b: string, dpop?: object): string {
  return JSON.stringify({
    issuers: [
      { issuer: a, tenants: ['acme', 'umbrella'], claims: { tenant: 'tenant', pass: ['email'] } },
      { issuer: b, tenant: 'beta', introspection: { endpoint: `${b}/introspect`, clientId: 'mcp' } },
    ],
    scopes: {
      required: ['mcp'],
      tools: { 'delete_*': ['files:write'] },
      resources: { 'note://secret/*': ['notes:secret'] },
      prompts: { secret: ['notes:secret'] },
      implies: { admin: ['files:write', 'notes:secret', 'reports:read', 'reports:list'] },
      hide: true,
    },
    resourceName: 'Security',
    ...(dpop === undefined ? {} : { dpop }),
  });
}

export function useProtected(env: Readonly<Record<string, string>> = {}, dpop?: object): Protected {
  let parts: {
    a: TokenIssuer;
    b: TokenIssuer;
    redis: RedisServer;
    pods: [Pod, Pod];
    metrics: string[];
    directory: string;
  };
  const extra: Pod[] = [];

  const options = (more: Partial<PodOptions> = {}): PodOptions => ({
    module: FIXTURE,
    program: SERVICE,
    redisUrl: parts.redis.url,
    ...more,
    env: {
      ANYPOD_AUTH: rules(parts.a.url, parts.b.url, dpop),
      ANYPOD_PUBLIC_URL: `${RESOURCE},${OTHER_RESOURCE}`,
      ANYPOD_INTROSPECTION_SECRET: SECRET,
      ANYPOD_UPGRADE_AFTER: '300',
      ANYPOD_LEASE: '2000',
      [JOURNAL_VARIABLE]: join(parts.directory, 'journal.jsonl'),
      ...env,
      ...more.env,
    },
  });

  beforeAll(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'anypod-security-'));
    await writeFile(join(directory, 'journal.jsonl'), '');
    const [a, b, redis] = await Promise.all([startTokenIssuer(RESOURCE), startTokenIssuer(RESOURCE), startRedis()]);
    parts = { a, b, redis, directory, metrics: [], pods: [] as never };
    const start = async () => {
      const port = await freePort();
      parts.metrics.push(`http://127.0.0.1:${port}/metrics`);
      return startPod(options({ env: { ANYPOD_METRICS_PORT: `${port}` } }));
    };
    parts.pods = await Promise.all([start(), start()]);
  });

  afterAll(async () => {
    await Promise.all([...parts.pods, ...extra].map((pod) => pod.stop()));
    await Promise.all([parts.a.stop(), parts.b.stop(), parts.redis.stop()]);
    await rm(parts.directory, { recursive: true, force: true });
  });

  return {
    get a() {
      return parts.a;
    },
    get b() {
      return parts.b;
    },
    get pods() {
      return parts.pods;
    },
    get urls() {
      return parts.pods.map((pod) => new URL(pod.url)) as [URL, URL];
    },
    get redis() {
      return parts.redis;
    },
    get redisUrl() {
      return parts.redis.url;
    },
    journal: (key, event) => readJournal(join(parts.directory, 'journal.jsonl'), key, event),
    logs: () => [...parts.pods, ...extra].map((pod) => pod.logs()).join('\n'),
    metrics: async () => (await Promise.all(parts.metrics.map(async (url) => (await fetch(url)).text()))).join('\n'),
    token: (claims) => parts.a.token({ tenant: 'acme', ...claims }),
    async startPod(more) {
      const port = await freePort();
      const pod = await startPod(options({ ...more, env: { ANYPOD_METRICS_PORT: `${port}`, ...more?.env } }));
      extra.push(pod);
      return pod;
    },
  };
}
