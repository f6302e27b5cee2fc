/** Runs the commands of README.md in order, on free ports instead of the ones in the text. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Child, startChild } from '../test/lib/child.ts';
import { startRedis } from '../test/lib/redis-server.ts';
import { waitUntilReady } from '../test/lib/wait-until-ready.ts';
import { type Block, markedBlocks } from './docs/markdown.ts';
import { freePorts, withPorts } from './docs/ports.ts';

const root = join(import.meta.dirname, '..');
const blocks = markedBlocks(readFileSync(join(root, 'README.md'), 'utf8'));
const serves = blocks.filter((block) => block.mark === 'serve');

const cleanUp: (() => Promise<unknown>)[] = [];
let ports: Record<string, number>;

beforeEach(async () => {
  ports = await freePorts(['3000', '3001', '3002', '6379']);
});

afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

const origin = (named: string) => `http://127.0.0.1:${ports[named]}`;

function commandOf(block: Block | undefined): string {
  if (!block) throw new Error('README.md lacks a block that this test runs');
  return `set -euo pipefail\n${withPorts(block.text, ports)}`;
}

// The archive of the example is fast here, so that its report over years takes three seconds instead of a minute.
const environment = () => ({
  ...process.env,
  ARCHIVE_MONTH_MS: '50',
  PORT: `${ports['3000']}`,
  URL: `${origin('3000')}/mcp`,
});

/** Starts a block that keeps serving. It gets its own process group, since it starts processes itself. */
function serve(block: Block | undefined, cwd: string): Child {
  const child = startChild('bash', ['-c', commandOf(block)], { cwd, env: environment(), detached: true });
  cleanUp.push(async () => {
    process.kill(-child.pid, 'SIGTERM');
    await child.exited;
  });
  return child;
}

const serving = (child: Child, named: string) =>
  waitUntilReady(child, async () => (await fetch(`${origin(named)}/readyz`)).ok, { name: `README, port ${named}` });

function post(named: string, message: object, session?: string): Promise<Response> {
  return fetch(`${origin(named)}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(session === undefined ? {} : { 'mcp-session-id': session }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', ...message }),
  });
}

test('the first commands serve the example, and the client talks to it', { timeout: 120_000 }, async () => {
  await serving(serve(serves[0], root), '3000');
  const call = commandOf(blocks.find((block) => block.mark === 'call'));
  const { stdout } = await promisify(execFile)('bash', ['-c', call], {
    cwd: root,
    env: environment(),
    timeout: 60_000,
  });
  expect(stdout).toContain('customer@example.com');
  expect(stdout).toContain('1000 customers joined from 2020-01 to 2024-12.');
  expect(stdout).toContain('closed');
});

test('your own server answers on two pods', { timeout: 120_000 }, async () => {
  const redis = await startRedis({ port: ports['6379'] ?? 0 });
  cleanUp.push(() => redis.stop());
  mkdirSync(join(root, 'test-results'), { recursive: true });
  const directory = mkdtempSync(join(root, 'test-results/readme-'));
  cleanUp.push(() => rm(directory, { recursive: true }));
  const file = blocks.find((block) => block.language === 'ts');
  writeFileSync(join(directory, file?.mark ?? ''), file?.text ?? '');

  const pods = serve(serves[1], directory);
  await serving(pods, '3001');
  await serving(pods, '3002');

  const clientInfo = { name: 'readme', version: '1.0.0' };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  const opened = await post('3001', { id: 1, method: 'initialize', params });
  const session = opened.headers.get('mcp-session-id') ?? '';
  await post('3002', { method: 'notifications/initialized' }, session);
  const call = { name: 'greet', arguments: { name: 'Ada' } };
  const answer = await post('3002', { id: 2, method: 'tools/call', params: call }, session);
  expect(await answer.text()).toContain('Hello Ada');
});
