/** Hosts of stdio servers: they start a command of anypod and speak MCP over its standard streams. */
import { spawn, spawnSync } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernTransport } from '@modelcontextprotocol/client/stdio';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { expect, vi } from 'vitest';
import { ANYPOD } from '../lib/anypod.ts';
import { startChild } from '../lib/child.ts';

const ADA = { action: 'accept', content: { name: 'Ada' } } as const;

const host = (...args: string[]) => ({ command: process.execPath, args: [ANYPOD, ...args], stderr: 'pipe' as const });

/** A host of the revisions with sessions, which answers questions with a name. */
export async function connect(...args: string[]) {
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

/** A host of 2026-07-28. */
export async function connectModern(...args: string[]) {
  const client = new ModernClient(
    { name: 'host', version: '1' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  await client.connect(new ModernTransport(host(...args)));
  const call = async (name: string, more: Record<string, unknown> = {}, options = {}) =>
    JSON.stringify((await client.callTool({ name, arguments: more }, options)).content);
  return { client, call };
}

/** Sends the lines, ends the input, and returns how the process ended by itself, with every message of its output. */
export async function pipe(args: readonly string[], lines: readonly string[]) {
  const child = spawn(process.execPath, [ANYPOD, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.stdin.end(lines.join('\n'));
  const [output, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const messages = output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { id: unknown; error?: { code: number } });
  return { code: await exited, messages, stderr };
}

const PARAMS = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'pipe', version: '1' } };
export const INITIALIZE = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params: PARAMS });
export const callLine = (id: number, name: string, args: object = {}) =>
  JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } });

/** A host that starts the command, sends the lines, and prints the id of the command's process once it has an answer. */
const KILLED_HOST = `
  const { spawn } = require('node:child_process');
  const [args, lines] = process.argv.slice(1).map((text) => JSON.parse(text));
  const server = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  server.stdin.write(lines.join('\\n') + '\\n');
  server.stdout.once('data', () => console.log(server.pid));
`;

/** Kills a host with SIGKILL once the command that it started has answered the first line. Returns whether the command's process still runs. */
export async function killHost(args: readonly string[], lines: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const given = [[ANYPOD, ...args], lines].map((value) => JSON.stringify(value));
  const parent = startChild(process.execPath, ['-e', KILLED_HOST, ...given], { env: { ...process.env, ...env } });
  await vi.waitFor(() => expect(parent.logs()).toMatch(/^\d+$/m), { timeout: 30_000 });
  const pid = parent.logs().trim();
  parent.signal('SIGKILL');
  await parent.exited;
  return () => /^[^Z]/.test(spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' }).stdout.trim());
}
