/** `anypod dev`: code that changes under sessions that go on. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterEach, expect, test } from 'vitest';
import { ANYPOD } from '../lib/anypod.ts';
import { type Child, startChild } from '../lib/child.ts';
import { freePort } from '../lib/free-port.ts';
import { startRedis } from '../lib/redis-server.ts';
import { waitUntilReady } from '../lib/wait-until-ready.ts';
import { runAnypod } from './command.ts';
import { eventually } from './settle.ts';

const SERVER = `
import { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { word } from './word.ts';

const input = z.object({ name: z.string() });

export default ({ session }) => {
  const server = new McpServer({ name: 'dev', version: '1.0.0' });
  const say = (text) => ({ content: [{ type: 'text', text }] });
  server.registerTool('greet', { inputSchema: input }, async ({ name }) => {
    const count = await session?.update('count', (before = 0) => before + 1);
    return say(\`\${word} \${name}, \${count}\`);
  });
  server.registerTool('slow', {}, async () => {
    console.error('slow has begun');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    return say(\`slow \${word}\`);
  });
  server.registerTool('pid', {}, () => say(String(process.pid)));
  server.registerTool('crash', {}, () => {
    setImmediate(() => { throw new Error('a fault of the server'); });
    return say('soon');
  });
  return server;
};
`;
const wordIs = (word: string) => `export const word = '${word}';\n`;

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** A project with a server in two files. */
function project(): { readonly directory: string; write(file: string, text: string): void } {
  const directory = mkdtempSync(join(tmpdir(), 'anypod-dev-'));
  cleanUp.push(() => rmSync(directory, { recursive: true }));
  symlinkSync(join(import.meta.dirname, '../../node_modules'), join(directory, 'node_modules'));
  const write = (file: string, text: string) => writeFileSync(join(directory, file), text);
  write('package.json', '{"type":"module"}');
  write('server.ts', SERVER);
  write('word.ts', wordIs('Hello'));
  return { directory, write };
}

interface Dev extends ReturnType<typeof project> {
  readonly child: Child;
  readonly url: string;
  /** Resolves when the log has `text` for the `count`th time. */
  said(text: string, count?: number): Promise<void>;
}

async function startDev(args: readonly string[] = [], env: Record<string, string> = {}): Promise<Dev> {
  const made = project();
  const port = await freePort();
  const child = startChild(process.execPath, [ANYPOD, 'dev', 'server.ts', '--port', `${port}`, ...args], {
    cwd: made.directory,
    env: { ...process.env, ...env },
  });
  cleanUp.push(() => child.stop());
  const origin = `http://127.0.0.1:${port}`;
  await waitUntilReady(child, async () => (await fetch(`${origin}/readyz`)).ok, { name: 'anypod dev' });
  const said = (text: string, count = 1) =>
    eventually(() => expect(child.logs().split(text).length - 1).toBeGreaterThanOrEqual(count));
  return { ...made, child, url: `${origin}/mcp`, said };
}

async function connect(url: string) {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'legacy' } });
  const transport = new StreamableHTTPClientTransport(new URL(url));
  await client.connect(transport);
  cleanUp.push(() => client.close());
  const call = async (name: string, args: Record<string, string> = {}) => {
    const { content } = await client.callTool({ name, arguments: args });
    return content[0]?.type === 'text' ? content[0].text : '';
  };
  return { client, call, greet: () => call('greet', { name: 'Ada' }) };
}

const runs = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const gone = (pid: number) => eventually(() => expect(runs(pid)).toBe(false));

test('a session goes on with the new code, and a call that runs ends with the old one', async () => {
  const { url, write, said } = await startDev();
  const { client, call, greet } = await connect(url);
  const lists: string[][] = [];
  client.setNotificationHandler('notifications/tools/list_changed', async () => {
    const { tools } = await client.listTools();
    lists.push(tools.map(({ name }) => name));
  });
  expect(await greet()).toBe('Hello Ada, 1');
  const running = call('slow');
  await said('slow has begun');

  write('word.ts', wordIs('Bye'));
  await said('word.ts changed');
  await said('the new code serves: greet, slow, pid, crash');
  expect(await greet()).toBe('Bye Ada, 2');
  expect(await running).toBe('slow Hello');

  write('server.ts', SERVER.replace("'slow'", "'slower'"));
  await eventually(() => expect(lists.at(-1)).toContain('slower'));
  expect(await greet()).toBe('Bye Ada, 3');
});

test('code that cannot be loaded leaves the one before serving, until it can', async () => {
  const { url, write, said } = await startDev();
  const { greet } = await connect(url);
  write('word.ts', 'export const word = ;');
  await said('cannot be loaded; the code before serves on');
  await said('SyntaxError');
  expect(await greet()).toBe('Hello Ada, 1');

  write('word.ts', "export { word } from './new.ts';");
  await said('cannot be loaded; the code before serves on', 2);
  expect(await greet()).toBe('Hello Ada, 2');
  // Nothing that serves imports it yet.
  write('new.ts', wordIs('Found'));
  await said('the new code serves');
  expect(await greet()).toBe('Found Ada, 3');

  write('new.ts', wordIs('Changed'));
  await said('the new code serves', 2);
  expect(await greet()).toBe('Changed Ada, 4');
});

test('of quick edits, the last one serves', async () => {
  const { url, write, child } = await startDev();
  const { greet } = await connect(url);
  for (let edit = 0; edit < 20; edit += 1) {
    write('word.ts', edit % 3 === 0 ? 'export const word = ;' : wordIs(`Edit${edit}`));
    await new Promise((resolve) => setTimeout(resolve, 40 + 10 * edit));
  }
  let calls = 0;
  const failed: unknown[] = [];
  await eventually(async () => {
    calls += 1;
    const greeting = await greet().catch((error: unknown) => failed.push(error));
    expect({ failed, greeting }).toEqual({ failed: [], greeting: `Edit19 Ada, ${calls}` });
  });
  expect(child.running).toBe(true);
});

test('a pod that a fault of the server ends is replaced, and sessions go on', async () => {
  const { url, said } = await startDev();
  const { call, greet } = await connect(url);
  expect(await greet()).toBe('Hello Ada, 1');
  const pid = Number(await call('pid'));
  // A pod that ends at once after its start waits for a change.
  await new Promise((resolve) => setTimeout(resolve, 2500));
  await call('crash');
  await said('the pod has ended; it starts again');
  expect(await greet()).toBe('Hello Ada, 2');
  expect(Number(await call('pid'))).not.toBe(pid);
});

test.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)('%s leaves no process', async (signal) => {
  const { url, child, write, said } = await startDev();
  const { call } = await connect(url);
  const pids = [Number(await call('pid'))];
  write('word.ts', wordIs('Bye'));
  await said('the new code serves');
  pids.push(Number(await call('pid')));
  // One more is just starting.
  write('word.ts', wordIs('Later'));
  await said('changed', 2);
  expect(pids.every((pid) => pid !== child.pid)).toBe(true);
  child.signal(signal);
  expect(await child.exited).toEqual(signal === 'SIGKILL' ? { code: null, signal } : { code: 0, signal: null });
  for (const pid of pids) await gone(pid);
  const { port } = new URL(url);
  const left = () =>
    execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).match(new RegExp(`server.ts --port ${port}`));
  await eventually(() => expect(left()).toBeNull());
});

test('with Redis, the session is there, and survives a new anypod dev', async () => {
  const redis = await startRedis();
  cleanUp.push(() => redis.stop());
  const env = { REDIS_URL: redis.url, ANYPOD_SECRET: 'a-secret-that-only-tests-may-use-0123456789' };
  const { url, write, said, child, directory } = await startDev([], env);
  const { greet } = await connect(url);
  expect(await greet()).toBe('Hello Ada, 1');
  write('word.ts', wordIs('Bye'));
  await said('the new code serves');
  expect(await greet()).toBe('Bye Ada, 2');
  await child.stop();
  const { port, origin } = new URL(url);
  const args = [ANYPOD, 'dev', 'server.ts', '--port', port];
  const next = startChild(process.execPath, args, { cwd: directory, env: { ...process.env, ...env } });
  cleanUp.push(() => next.stop());
  await waitUntilReady(next, async () => (await fetch(`${origin}/readyz`)).ok, { name: 'the next anypod dev' });
  expect(await greet()).toBe('Bye Ada, 3');
});

test('--inspector runs the official Inspector for the endpoint, and ends it', async () => {
  const tools = mkdtempSync(join(tmpdir(), 'anypod-npx-'));
  cleanUp.push(() => rmSync(tools, { recursive: true }));
  // In place of npx, which would fetch the Inspector.
  const npx = `#!${process.execPath}\nrequire('node:fs').writeFileSync('${tools}/ran', [process.pid, ...process.argv.slice(2)].join(' '));setInterval(() => {}, 1e6);\n`;
  writeFileSync(join(tools, 'npx'), npx);
  chmodSync(join(tools, 'npx'), 0o755);
  const { url, child } = await startDev(['--inspector'], { PATH: `${tools}:${process.env['PATH']}` });
  const ran = () => readFileSync(join(tools, 'ran'), 'utf8').split(' ');
  await eventually(() => expect(ran().length).toBe(7));
  const [pid, ...args] = ran();
  expect(args.join(' ')).toBe(`--yes @modelcontextprotocol/inspector --server-url ${url} --transport http`);
  await child.stop();
  await gone(Number(pid));
});

test('what the code cannot mend ends it at once, with what to do', async () => {
  const { directory } = project();
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const module = join(directory, 'server.ts');
  const [taken, missing, wrong] = await Promise.all([
    runAnypod('dev', module, '--port', `${port}`),
    runAnypod('dev', join(directory, 'other.ts')),
    runAnypod('dev', module, '--lease', 'long', '--colour'),
  ]);
  server.close();
  expect(taken).toMatchObject({ code: 2, stderr: expect.stringContaining('is in use; choose another with --port') });
  expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('there is no file') });
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringMatching(/--colour.*--lease/s) });
});
