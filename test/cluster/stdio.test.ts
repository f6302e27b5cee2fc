import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernTransport } from '@modelcontextprotocol/client/stdio';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { Redis } from 'ioredis';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { ANYPOD } from '../lib/anypod.ts';
import { startChild } from '../lib/child.ts';
import { FIXTURE, useDeployment } from './deployment.ts';

const NOISY = fileURLToPath(new URL('fixture-noisy.ts', import.meta.url));
const WITHIN = { timeout: 30_000 };
const ADA = { action: 'accept', content: { name: 'Ada' } } as const;

const deployment = useDeployment();

const host = (...args: string[]) => ({ command: process.execPath, args: [ANYPOD, ...args], stderr: 'pipe' as const });

async function connect(...args: string[]) {
  const client = new Client({ name: 'host', version: '1' }, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, async () => ADA);
  const notified: string[] = [];
  client.fallbackNotificationHandler = async ({ method }) => void notified.push(method);
  const transport = new StdioClientTransport(host(...args));
  await client.connect(transport);
  const call = async (name: string, more: Record<string, unknown> = {}, options = {}) =>
    JSON.stringify((await client.callTool({ name, arguments: more }, undefined, options)).content);
  return { client, call, notified, transport };
}

async function connectModern(...args: string[]) {
  const client = new ModernClient(
    { name: 'host', version: '1' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  await client.connect(new ModernTransport(host(...args)));
  const call = async (name: string, more: Record<string, unknown> = {}) =>
    JSON.stringify((await client.callTool({ name, arguments: more })).content);
  return { client, call };
}

/** Sends the lines, ends the input, and returns every message of the output once the process has ended by itself. */
async function pipe(args: readonly string[], lines: readonly string[]) {
  const child = spawn(process.execPath, [ANYPOD, ...args], { stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.end(lines.join('\n'));
  const output = await text(child.stdout);
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { id: unknown; error?: { code: number } });
}

describe.each([
  ['anypod stdio <module>', () => ['stdio', FIXTURE]],
  ['anypod connect <url>', () => ['connect', deployment.balancer.href]],
])('%s', (_name, args) => {
  it('serves a host of a revision with sessions: lists, calls, progress, questions, what the server says by itself', async () => {
    const { client, call, notified } = await connect(...args());
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo');
    expect(await call('echo', { text: 'hello' })).toContain('hello');
    const seen: number[] = [];
    await call(
      'slow',
      { steps: 3, ms: 5 },
      { onprogress: ({ progress }: { progress: number }) => seen.push(progress) },
    );
    // The official client drops progress that it reads together with the result.
    expect(seen[0]).toBe(1);
    expect(await call('ask')).toContain('Ada');
    await call('say', { text: 'by itself' });
    await vi.waitFor(() => expect(notified).toContain('notifications/message'), WITHIN);
    await client.close();
  });

  it('serves a host of 2026-07-28', async () => {
    const { client, call } = await connectModern(...args());
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo');
    expect(await call('echo', { text: 'modern' })).toContain('modern');
    await client.close();
  });

  it('passes errors on, and answers a line that is no message', async () => {
    const { client } = await connect(...args());
    await expect(client.readResource({ uri: 'none://at-all' })).rejects.toThrow(/not found|Unknown|none:/i);
    await client.close();
    const lines = ['{"jsonrpc":"2.0"', '[]', '{"jsonrpc":"2.0","id":1,"method":"ping"}'];
    const answers = await pipe(args(), lines);
    expect(answers[0]).toMatchObject({ id: null, error: { code: -32700 } });
    expect(answers[1]).toMatchObject({ id: null, error: { code: -32600 } });
    expect(answers).toHaveLength(3);
    expect(answers[2]).toMatchObject({ id: 1 });
  });
});

describe('anypod stdio', () => {
  it('writes nothing but messages to stdout, and ends with its input', async () => {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'pipe', version: '1' } };
    const initialize = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params });
    const call = { name: 'chat', arguments: {} };
    const answers = await pipe(
      ['stdio', NOISY],
      [initialize, JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: call })],
    );
    expect(answers.map(({ id }) => id)).toEqual([0, 1]);
  });
});

describe('anypod connect', () => {
  it('opens a new session if the endpoint has lost it, with the same level and subscriptions', async () => {
    const { client, call, notified } = await connect('connect', deployment.balancer.href);
    await client.subscribeResource({ uri: 'note://one' });
    expect(await call('whoami')).toContain('elicitation');
    const redis = new Redis(deployment.redisUrl);
    await redis.flushall();
    redis.disconnect();
    for (const pod of deployment.pods) await fetch(pod, { method: 'DELETE' }).catch(() => undefined);
    await vi.waitFor(async () => expect(await call('whoami')).toContain('elicitation'), WITHIN);
    await call('touch', { uri: 'note://one' });
    await vi.waitFor(() => expect(notified).toContain('notifications/resources/updated'), WITHIN);
    await client.close();
  });

  it('names what is wrong with its arguments', async () => {
    const child = startChild(process.execPath, [ANYPOD, 'connect', 'ftp://x', '--header', 'broken', '--what', 'x']);
    expect(await child.exited).toMatchObject({ code: 2 });
    expect(child.logs()).toMatch(/<url>: pass the URL/);
    expect(child.logs()).toMatch(/--header: must be/);
    expect(child.logs()).toMatch(/--what: unknown flag/);
  });
});

/** A host's own handshake, as its users see it in logs of servers. */
const HOSTS = {
  'claude-desktop': {
    clientInfo: { name: 'claude-ai', version: '0.1.0' },
    protocolVersion: '2025-06-18',
    capabilities: {},
  },
  'vs-code': {
    clientInfo: { name: 'Visual Studio Code', version: '1.105.0' },
    protocolVersion: '2025-11-25',
    capabilities: { roots: { listChanged: true }, sampling: {}, elicitation: {} },
  },
} as const;

interface Entry {
  readonly command: string;
  readonly args: readonly string[];
}

interface HostFile {
  readonly mcpServers?: { readonly example: Entry };
  readonly servers?: { readonly example: Entry };
}

const PAGE = readFileSync(new URL('../../docs/stdio.md', import.meta.url), 'utf8');
const documented = (name: string) => new RegExp(`^\`\`\`\\w+ ${name}\n(.*?)^\`\`\``, 'ms').exec(PAGE)?.[1] ?? '';

describe('the configurations in docs/stdio.md', () => {
  // `npx -y anypod` runs this checkout instead of a published package.
  const folder = mkdtempSync(join(tmpdir(), 'anypod-hosts-'));
  const environment = { ...process.env, PATH: `${folder}:${process.env['PATH']}` };
  const here = (text: string) => text.replaceAll('https://mcp.example.com/mcp', deployment.balancer.href);
  beforeAll(() => {
    const script = `#!/bin/sh\n[ "$1 $2" = "-y anypod" ] || exit 9\nshift 2\nexec ${process.execPath} ${ANYPOD} "$@"\n`;
    writeFileSync(join(folder, 'npx'), script);
    chmodSync(join(folder, 'npx'), 0o755);
  });

  it.each(Object.keys(HOSTS) as (keyof typeof HOSTS)[])('work as %s uses them', async (host) => {
    const { mcpServers, servers } = JSON.parse(here(documented(host)).replace(/\$\{input:\w+\}/, 'secret')) as HostFile;
    const { command, args } = ((mcpServers ?? servers) as { readonly example: Entry }).example;
    const child = spawn(command, args, { env: environment, stdio: ['pipe', 'pipe', 'ignore'] });
    const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    const answered = (id: number) => vi.waitFor(() => expect(output).toMatch(new RegExp(`"id":${id}[,}]`)), WITHIN);
    send({ id: 0, method: 'initialize', params: HOSTS[host] });
    await answered(0);
    send({ method: 'notifications/initialized' });
    send({ id: 1, method: 'tools/list', params: {} });
    await answered(1);
    send({ id: 2, method: 'tools/call', params: { name: 'echo', arguments: { text: `from ${host}` } } });
    await answered(2);
    const messages = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(messages[0].result.protocolVersion).toBe(HOSTS[host].protocolVersion);
    expect(JSON.stringify(messages.at(-1))).toContain(`from ${host}`);
    const left = new Promise((resolve) => child.once('exit', resolve));
    child.stdin.end();
    expect(await left).toBe(0);
  });

  it('work in a CI pipeline: the step passes, and fails with the server', () => {
    const { steps } = parse(here(documented('ci'))) as {
      steps: readonly [{ env: Record<string, string>; run: string }];
    };
    const [{ env, run }] = steps;
    // As runners run a step: bash -e -o pipefail.
    const step = (url: string | undefined) =>
      spawnSync('bash', ['-e', '-o', 'pipefail', '-c', run], {
        cwd: folder,
        env: { ...environment, ...env, URL: url ?? env['URL'] },
      }).status;
    expect(step(undefined)).toBe(0);
    expect(step('http://127.0.0.1:9/mcp')).toBe(3);
  });
});
