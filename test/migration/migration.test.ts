import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Child, startChild } from '../lib/child.ts';
import { freePort } from '../lib/free-port.ts';
import { startPod, startPods } from '../lib/pods.ts';
import { startRedis } from '../lib/redis-server.ts';
import { waitUntilReady } from '../lib/wait-until-ready.ts';
import { BLOCKS, block, compile } from './blocks.ts';

const FOLDER = fileURLToPath(new URL('../../test-results/migration', import.meta.url));
/** What `make test-migration` compiles and runs, because it needs other packages. */
const ELSEWHERE = ['before-mcp-handler', 'before-fastmcp'];
const SERVED = ['before-sse', 'before-map', 'after-map-library', 'before-handler'];

const ports: Record<string, number> = {};
beforeAll(async () => {
  for (const name of SERVED) ports[name] = await freePort();
  const names = [...BLOCKS.keys()].filter(
    (name) => !ELSEWHERE.includes(name) && !/sticky|after-(sse|map|handler)$/.test(name),
  );
  compile(FOLDER, Object.fromEntries(names.map((name) => [name, block(name, { '3000': ports[name] ?? 3000 })])));
});

async function echo(url: URL): Promise<string> {
  const client = new Client({ name: 'migration', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new StreamableHTTPClientTransport(url));
  const { content } = await client.callTool({ name: 'echo', arguments: { text: 'hello' } });
  await client.close();
  return JSON.stringify(content);
}

async function echoSse(origin: string): Promise<string> {
  const client = new ClientV1({ name: 'migration', version: '1' });
  await client.connect(new SSEClientTransport(new URL('/sse', origin)));
  const { content } = await client.callTool({ name: 'echo', arguments: { text: 'hello' } });
  await client.close();
  return JSON.stringify(content);
}

/** Runs a block that listens by itself. */
async function serving(name: string, use: (origin: string) => Promise<void>): Promise<void> {
  const child: Child = startChild(process.execPath, [join(FOLDER, `${name}.js`)]);
  const origin = `http://127.0.0.1:${ports[name]}`;
  const listens = async () => (await fetch(`${origin}/nothing`)).status > 0;
  try {
    await waitUntilReady(child, listens, { name });
    await use(origin);
  } finally {
    await child.stop(0);
  }
}

describe('docs/migration.md', () => {
  it('has a before and an after of each server that it leaves, and they are short', () => {
    const kinds = ['sse', 'map', 'handler', 'mcp-handler', 'fastmcp', 'sticky'];
    for (const kind of kinds)
      expect([...BLOCKS.keys()]).toEqual(expect.arrayContaining([`before-${kind}`, `after-${kind}`]));
    for (const [name, text] of BLOCKS) expect(text.trim().split('\n').length, name).toBeLessThanOrEqual(20);
  });

  it('runs before: HTTP+SSE', () =>
    serving('before-sse', async (origin) => expect(await echoSse(origin)).toContain('hello')));

  it.each(['before-map', 'after-map-library', 'before-handler'])('runs: %s', (name) =>
    serving(name, async (origin) => expect(await echo(new URL('/mcp', origin))).toContain('hello')),
  );

  it('runs after: HTTP+SSE and sessions in a Map', async () => {
    expect(block('after-map')).toBe('anypod serve server-v1.js\n');
    const [, , module = '', ...args] = block('after-sse').trim().split(' ');
    const pod = await startPod({ module: join(FOLDER, module), args });
    expect(await echoSse(pod.origin)).toContain('hello');
    expect(await echo(new URL(pod.url))).toContain('hello');
    await pod.stop();
  });

  it.each(['after-mcp-handler', 'after-fastmcp'])('runs: %s', async (name) => {
    const pod = await startPod({ module: join(FOLDER, `${name}.js`) });
    expect(await echo(new URL(pod.url))).toContain('hello');
    await pod.stop();
  });

  it('runs after: createMcpHandler, and a sticky ingress, on two pods', async () => {
    const [, , module = ''] = block('after-handler').trim().split(' ');
    const redis = await startRedis();
    const { pods, stop } = await startPods({ module: join(FOLDER, module), redisUrl: redis.url, count: 2 });
    const port = await freePort();
    const names = { '3001': pods[0]?.port ?? 0, '3002': pods[1]?.port ?? 0 };
    const head = `defaults\n  mode http\n  timeout connect 2s\n  timeout client 1h\n  timeout server 1h\nfrontend f\n  bind 127.0.0.1:${port}\n  default_backend mcp\n`;
    for (const name of ['before-sticky', 'after-sticky']) {
      const file = join(FOLDER, `${name}.cfg`);
      writeFileSync(file, head + block(name, names));
      execFileSync('haproxy', ['-c', '-q', '-f', file], {
        env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` },
      });
    }
    const haproxy = startChild('haproxy', ['-f', join(FOLDER, 'after-sticky.cfg')]);
    const url = new URL(`http://127.0.0.1:${port}/mcp`);
    await waitUntilReady(haproxy, async () => (await fetch(new URL('/readyz', url))).ok, { name: 'haproxy' });
    for (let number = 0; number < 3; number += 1) expect(await echo(url)).toContain('hello');
    await haproxy.stop(0);
    await stop();
    await redis.stop();
  });
});
