/**
 * One instance of the fixture's function in a process of its own. `--serve` runs it: it prints its port, and `ran …` for what its tools do.
 * `x-kill-at: n` on a request kills it before the n-th Redis command of the invocation.
 */
import { fileURLToPath } from 'node:url';
import { createRedisStore } from 'anypod/redis';
import { createVercelFunction } from 'anypod/vercel';
import { Redis } from 'ioredis';
import { type Child, startChild } from '../lib/child.ts';
import { waitUntilReady } from '../lib/wait-until-ready.ts';
import { createFixture, deployWeb } from './functions.ts';

export const SECRET = 'a secret of at least thirty-two bytes';
export const LEASE_MS = 1000;

export interface FunctionProcess {
  readonly child: Child;
  readonly url: URL;
  /** What its tools did. */
  ran(): string[];
}

export async function startFunctionProcess(redisUrl: string): Promise<FunctionProcess> {
  const env = { ...process.env, REDIS_URL: redisUrl };
  const child = startChild(process.execPath, [fileURLToPath(import.meta.url), '--serve'], { env });
  const port = () => /^port (\d+)$/m.exec(child.logs())?.[1];
  await waitUntilReady(child, async () => port() !== undefined, { name: 'the function' });
  return {
    child,
    url: new URL(`http://127.0.0.1:${port()}/mcp`),
    ran: () => [...child.logs().matchAll(/^ran (.*)$/gm)].map(([, what]) => what ?? ''),
  };
}

async function serve(): Promise<void> {
  let killAt = 0;
  const redis = new Redis(process.env['REDIS_URL'] ?? '');
  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (...args) => {
    killAt -= 1;
    if (killAt === 0) process.kill(process.pid, 'SIGKILL');
    return send(...args);
  };
  const { fetch, work } = createVercelFunction({
    createServer: () => createFixture({ push: (what) => process.stdout.write(`ran ${what}\n`) }),
    openStore: () => createRedisStore(redis),
    secrets: [SECRET],
    leaseMs: LEASE_MS,
    marginMs: 500,
    maxDurationMs: 20_000,
    cronSecret: SECRET,
  });
  const { url } = await deployWeb((request) => {
    killAt = Number(request.headers.get('x-kill-at') ?? 0);
    return new URL(request.url).pathname === '/api/work' ? work(request) : fetch(request);
  });
  process.stdout.write(`port ${url.port}\n`);
}

if (process.argv.includes('--serve')) await serve();
