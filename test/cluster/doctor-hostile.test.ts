import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { startChild } from '../lib/child.ts';
import type { Diagnosis } from './doctor-tables.ts';

const MAIN = fileURLToPath(new URL('../../packages/anypod/src/cli/main.ts', import.meta.url));
const QUICK = ['--timeout', '1000', '--watch', '500', '--most', '8000'];
/** Far above what a diagnosis needs, and far below what an endless body would take. */
const MOST_MB = 300;

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(server: Server): Promise<URL> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return new URL(`${'setSecureContext' in server ? 'https' : 'http'}://127.0.0.1:${port}/mcp`);
}

const http = (listener: RequestListener) => serve(createServer(listener));

/** Runs the doctor with a heap that an endless body would fill. */
async function doctor(url: URL, ...flags: string[]) {
  const child = startChild(process.execPath, [`--max-old-space-size=${MOST_MB}`, MAIN, 'doctor', url.href, ...flags]);
  const { code } = await child.exited;
  return { code, text: child.logs() };
}

async function examine(url: URL, ...flags: string[]): Promise<{ code: number | null; diagnosis: Diagnosis }> {
  const { code, text } = await doctor(url, '--json', ...QUICK, ...flags);
  return { code, diagnosis: JSON.parse(text) as Diagnosis };
}

/** Writes the same text again and again, as fast as the reader reads. */
function writeEndlessly(response: ServerResponse, text: string): void {
  const more = () => {
    while (!response.destroyed && response.write(text));
  };
  response.on('drain', more);
  more();
}

const MEGABYTE = 'x'.repeat(1024 * 1024);
const json = { 'content-type': 'application/json' };
const stream = { 'content-type': 'text/event-stream' };

describe('anypod doctor ends, and says what is wrong [host.doctor.hostile], at an endpoint that', () => {
  test.each<[string, RequestListener, RegExp]>([
    ['never answers', () => undefined, /no answer within 1000 ms/],
    ['answers with a page', (_, response) => void response.end('<html>hello</html>'), /answered by 200/],
    ['redirects to itself', (_, response) => void response.writeHead(302, { location: '/mcp' }).end(), /by 302: \/mcp/],
    ['answers null', (_, response) => void response.writeHead(200, json).end('null'), /answered by 200/],
    [
      'answers nested JSON',
      (_, response) => void response.writeHead(200, json).end('['.repeat(1_000_000)),
      /answered by 200/,
    ],
    ['answers 10 MB', (_, response) => void response.writeHead(200, json).end(MEGABYTE.repeat(10)), /answered by 200/],
    ['answers without end', (_, response) => writeEndlessly(response.writeHead(200, json), MEGABYTE), /./],
    ['streams one event without end', (_, response) => writeEndlessly(response.writeHead(200, stream), MEGABYTE), /./],
    [
      'streams events without end',
      (_, response) => writeEndlessly(response.writeHead(200, stream), 'data: 1\n\n'),
      /./,
    ],
    ['cuts each answer', (_, response) => void response.writeHead(200, json).write('{', () => response.destroy()), /./],
  ])('%s', async (_what, listener, evidence) => {
    const { code, diagnosis } = await examine(await http(listener));
    expect(code).toBe(3);
    expect(diagnosis.rows.map(({ id, verdict }) => [id, verdict])).toEqual([['answers', 'fail']]);
    expect(diagnosis.rows[0]?.evidence).toMatch(evidence);
  });

  test('has a certificate that nobody knows', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'anypod-doctor-'));
    const [key, cert] = [join(directory, 'key'), join(directory, 'cert')];
    const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=127.0.0.1'];
    execFileSync('openssl', [...args, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const secure = createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) }, () => undefined);
    const { code, diagnosis } = await examine(await serve(secure as unknown as Server));
    rmSync(directory, { recursive: true });
    expect(code).toBe(3);
    expect(diagnosis.rows[0]).toMatchObject({
      evidence: expect.stringContaining('SELF_SIGNED'),
      remedy: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    });
  });
});

/** A server whose only tool must not be called, and which says nonsense where it may. */
function createTrap(called: string[], answer: (method: string) => object): RequestListener {
  async function serveTrap(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray()).toString();
    if (request.method !== 'POST') return void response.writeHead(405).end();
    const { id, method } = JSON.parse(body === '{"jsonrpc":' ? '{}' : body) as { id?: unknown; method: string };
    called.push(method);
    if (id === undefined) return void response.writeHead(202).end();
    response.writeHead(200, json).end(JSON.stringify({ jsonrpc: '2.0', id, result: answer(method) }));
  }
  return (request, response) => void serveTrap(request, response);
}

const NAME = '\u001b[2J\u001b]0;owned\u0007trap';
const initialized = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: NAME } };

describe('anypod doctor is safe: it', () => {
  test('calls no tool that the user has not named [host.doctor.safe]', async () => {
    const called: string[] = [];
    const url = await http(createTrap(called, (method) => (method === 'initialize' ? initialized : {})));
    await examine(url);
    expect(called).toContain('ping');
    expect(called.filter((method) => method === 'tools/call')).toEqual([]);
    expect(new Set(called)).toEqual(
      new Set(['initialize', 'notifications/initialized', 'ping', 'server/discover', undefined]),
    );
  });

  test('lets no server steer the terminal [host.doctor.safe]', async () => {
    const url = await http(createTrap([], (method) => (method === 'initialize' ? initialized : {})));
    const { text } = await doctor(url, ...QUICK);
    expect(text).toContain('owned');
    expect([...text].filter((character) => character < ' ' && character !== '\n')).toEqual([]);
  });

  test.each([{ protocolVersion: 'a\r\nb: c' }, { protocolVersion: 7 }, { protocolVersion: {} }, 'text'])(
    'takes no nonsense as a result of initialize: %j',
    async (result) => {
      const { code } = await examine(await http(createTrap([], () => result as object)));
      expect(code).toBe(3);
    },
  );

  test('stops when its time is up, and says what it did not find out', async () => {
    const slow = createTrap([], (method) => (method === 'initialize' ? initialized : {}));
    const url = await http((request, response) => void setTimeout(() => slow(request, response), 300));
    const { diagnosis } = await examine(url, '--most', '1500');
    expect(diagnosis.rows.at(-1)).toMatchObject({
      id: 'delete',
      verdict: 'skip',
      evidence: expect.stringContaining('took all the time'),
    });
  });
});
