import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alternating } from '../lib/pod-choosing-fetch.ts';
import { type Pods, startPods } from '../lib/pods.ts';
import { type RedisServer, startRedis } from '../lib/redis-server.ts';
import { connectMode } from './client-v2.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const INSTALLED = fileURLToPath(new URL('../../node_modules', import.meta.url));

let directory: string;
let redis: RedisServer;
const started: Pods[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'anypod-modules-'));
  redis = await startRedis();
});

afterAll(async () => {
  await Promise.all(started.map((pods) => pods.stop()));
  await redis.stop();
  await rm(directory, { recursive: true, force: true });
});

/** A project with its own install of one SDK: a copy of that package, and links to what else it needs. */
async function project(name: string, sdk: string): Promise<string> {
  const root = join(directory, name);
  const modules = join(root, 'node_modules');
  await mkdir(join(modules, dirname(sdk)), { recursive: true });
  await cp(join(INSTALLED, sdk), join(modules, sdk), { recursive: true });
  for (const entry of await readdir(INSTALLED)) {
    if (!entry.startsWith('.') && entry !== 'anypod' && entry !== dirname(sdk)) {
      await symlink(join(INSTALLED, entry), join(modules, entry));
    }
  }
  if (sdk === '@modelcontextprotocol/server') {
    await symlink(join(INSTALLED, '@modelcontextprotocol/core'), join(modules, '@modelcontextprotocol/core'));
  }
  await writeFile(join(root, 'package.json'), '{ "type": "module" }\n');
  return root;
}

/** Copies a module of this folder, and what it imports from here. */
async function copyModule(file: string, root: string): Promise<void> {
  await copyFile(join(HERE, file), join(root, file));
  const source = await readFile(join(HERE, file), 'utf8');
  for (const [, imported] of source.matchAll(/ from '\.\/([\w-]+\.ts)'/g)) await copyModule(imported as string, root);
}

async function host(root: string, module: string): Promise<URL[]> {
  const pods = await startPods({ module: join(root, module), redisUrl: redis.url, count: 2, cwd: root });
  started.push(pods);
  return pods.pods.map((pod) => new URL(pod.url));
}

describe('a module with its own node_modules', () => {
  test('that builds a server of SDK v2 is served in both eras [host.sdk.own-install]', async () => {
    const root = await project('v2', '@modelcontextprotocol/server');
    await copyModule('fixture.ts', root);
    const pods = await host(root, 'fixture.ts');
    const elicitation = () => ({ action: 'accept', content: { answer: 'yes' } });

    const modern = await connectMode({ pin: '2026-07-28' }, { fetch: alternating(pods), answers: { elicitation } });
    expect(await modern.tools()).toContain('two_rounds');
    expect(await modern.call('echo', { text: 'modern' })).toBe('modern');
    expect(JSON.parse(await modern.call('two_rounds'))).toHaveLength(2);
    await modern.close();

    const legacy = await connectMode('legacy', { fetch: alternating(pods), answers: { elicitation } });
    expect(await legacy.call('echo', { text: 'legacy' })).toBe('legacy');
    expect(await legacy.call('ask')).toContain('accept');
    await legacy.close();
  });

  test('that builds a server of SDK v1, without SDK v2 at hand, is served in both eras [host.sdk.own-install]', async () => {
    const root = await project('v1', '@modelcontextprotocol/sdk');
    await copyModule('fixture-v1.ts', root);
    const pods = await host(root, 'fixture-v1.ts');
    const elicitation = () => ({ action: 'accept', content: { name: 'Ada' } });
    for (const [mode, era] of [
      ['auto', 'modern'],
      ['legacy', 'legacy'],
    ] as const) {
      const client = await connectMode(mode, { fetch: alternating(pods), answers: { elicitation } });
      expect(client.era).toBe(era);
      expect(await client.call('echo', { text: 'v1' })).toBe('v1');
      expect(await client.call('ask')).toContain('Ada');
      await client.close();
    }
  });
});
