import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { ANYPOD } from '../lib/anypod.ts';
import { FIXTURE, useDeployment } from './deployment.ts';
import { callLine, connect, connectModern, INITIALIZE, killHost, pipe } from './stdio-hosts.ts';

const NOISY = fileURLToPath(new URL('fixture-noisy.ts', import.meta.url));
const WITHIN = { timeout: 30_000 };

const deployment = useDeployment();

describe.each([
  ['anypod stdio <module>', () => ['stdio', FIXTURE]],
  ['anypod connect <url>', () => ['connect', deployment.balancer.href]],
])('%s', (_name, args) => {
  it('serves a host of a revision with sessions: lists, calls, progress, questions, what the server says by itself [host.stdio.eras]', async () => {
    const { client, call, notified } = await connect(...args());
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo');
    expect(await call('echo', { text: 'hello' })).toContain('hello');
    // The official client drops progress that it reads together with the result, so a busy machine needs more calls.
    await vi.waitFor(async () => {
      const seen: number[] = [];
      const onprogress = ({ progress }: { progress: number }) => seen.push(progress);
      await call('slow', { steps: 3, ms: 5 }, { onprogress });
      expect(seen[0]).toBe(1);
    }, WITHIN);
    expect(await call('ask')).toContain('Ada');
    await call('say', { text: 'by itself' });
    await vi.waitFor(() => expect(notified).toContain('notifications/message'), WITHIN);
    await client.close();
  });

  it('serves a host of 2026-07-28 [host.stdio.eras]', async () => {
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
    const { messages: answers } = await pipe(args(), lines);
    expect(answers[0]).toMatchObject({ id: null, error: { code: -32700 } });
    expect(answers[1]).toMatchObject({ id: null, error: { code: -32600 } });
    expect(answers).toHaveLength(3);
    expect(answers[2]).toMatchObject({ id: 1 });
  });

  it('ends when its host closes the input before it says anything [host.stdio.end]', async () => {
    expect(await pipe(args(), [])).toMatchObject({ code: 0, messages: [] });
  });

  it('ends when its host is killed [host.stdio.end]', async () => {
    const isRunning = await killHost(args(), [INITIALIZE]);
    await vi.waitFor(() => expect(isRunning()).toBe(false), WITHIN);
  });
});

describe('anypod stdio', () => {
  it('writes nothing but messages to stdout, and ends with its input [host.stdio.output] [host.stdio.end]', async () => {
    const { code, messages, stderr } = await pipe(['stdio', NOISY], [INITIALIZE, callLine(1, 'chat')]);
    expect(messages.map(({ id }) => id)).toEqual([0, 1]);
    expect(code).toBe(0);
    for (const printed of ['loaded', 'made', 'called', 'written', 'tick', 'from a thread']) {
      expect(stderr).toContain(printed);
    }
  });

  it('goes on when the module leaves a rejection unhandled [host.stdio.rejection]', async () => {
    const lines = [INITIALIZE, callLine(1, 'forget'), callLine(2, 'chat')];
    const { code, messages, stderr } = await pipe(['stdio', NOISY], lines);
    expect(messages.map(({ id }) => id)).toEqual([0, 1, 2]);
    expect(stderr).toContain('nobody handles this');
    expect(code).toBe(0);
  });

  it('ends when its host is killed in the middle of a call, though the module has timers [host.stdio.end]', async () => {
    const env = { ANYPOD_DRAIN_TIMEOUT: '500' };
    const isRunning = await killHost(['stdio', NOISY], [INITIALIZE, callLine(1, 'chat', { ms: 600_000 })], env);
    await vi.waitFor(() => expect(isRunning()).toBe(false), WITHIN);
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

  it.each(Object.keys(HOSTS) as (keyof typeof HOSTS)[])('work as %s uses them [host.stdio.hosts]', async (host) => {
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

  it('work in a CI pipeline: the step passes, and fails with the server [host.stdio.hosts]', () => {
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
