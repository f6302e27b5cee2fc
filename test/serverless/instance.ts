/**
 * One instance of a function in a process of its own, which prints its port. With `--example` that of examples/serverless/vercel, else one of the
 * fixture. `x-kill-at: n` on a request kills the process before the n-th Redis command of its invocation.
 */
import { createRedisStore } from 'anypod/redis';
import { createVercelFunction } from 'anypod/vercel';
import { Redis } from 'ioredis';
import { createFixture, deployWeb } from '../library/functions.ts';
import { SECRET } from './platforms.ts';

type Methods = Readonly<Record<string, (request: Request) => Promise<Response>>>;

let killAt = 0;

function connect(): Redis {
  const redis = new Redis(process.env['REDIS_URL'] ?? '');
  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (...args) => {
    killAt -= 1;
    if (killAt === 0) process.kill(process.pid, 'SIGKILL');
    return send(...args);
  };
  return redis;
}

function createFunction(): Methods {
  const redis = connect();
  const ran = { push: (what: string) => process.stdout.write(`ran ${what}\n`) };
  const { fetch, work } = createVercelFunction({
    createServer: () => createFixture(ran),
    openStore: () => createRedisStore(redis),
    secrets: [SECRET],
    leaseMs: 500,
    marginMs: 500,
    maxDurationMs: 20_000,
    cronSecret: SECRET,
  });
  const get = (request: Request) => (new URL(request.url).pathname === '/api/work' ? work(request) : fetch(request));
  return { GET: get, POST: fetch, DELETE: fetch };
}

const methods: Methods = process.argv.includes('--example')
  ? await import('../../examples/serverless/vercel/api/mcp.ts')
  : createFunction();

const { url } = await deployWeb(async (request) => {
  killAt = Number(request.headers.get('x-kill-at') ?? 0);
  return methods[request.method]?.(request) ?? new Response(null, { status: 405 });
});
process.stdout.write(`port ${url.port}\n`);
