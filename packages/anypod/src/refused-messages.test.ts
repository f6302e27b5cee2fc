import { McpServer } from '@modelcontextprotocol/server';
import { afterEach, describe, expect, it } from 'vitest';
import { type Anypod, createAnypod } from './anypod.ts';
import { silentMeter } from './core/meter.ts';
import { createMemoryStore } from './memory/index.ts';

const VERSION = '2026-07-28';
const META = {
  'io.modelcontextprotocol/protocolVersion': VERSION,
  'io.modelcontextprotocol/clientInfo': { name: 'client', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

interface Line {
  readonly level: 'info' | 'warn';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

const open: Anypod[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((pod) => pod.close()));
});

/** A pod, with what its meter and its log are told. `challenge`: what the server throws when it is asked for scopes. */
async function start(challenge?: Error) {
  const refusals: string[] = [];
  const ended: string[] = [];
  const named: string[] = [];
  const known: string[] = [];
  const lines: Line[] = [];
  const pod = await createAnypod({
    createServer() {
      const server = new McpServer({ name: 'test', version: '1' });
      server.registerTool('read', {}, async () => ({ content: [] }));
      if (challenge !== undefined) server.resolveScopeChallenge = () => Promise.reject(challenge);
      return server;
    },
    store: createMemoryStore(),
    secrets: ['a secret of at least thirty-two bytes'],
    meter: {
      ...silentMeter,
      refused: (status, reason) => void refusals.push(`${status} ${reason}`),
      toolsKnown: (names) => void known.push(...names),
      requestEnded(method, _era, outcome, _ms, name, fault) {
        ended.push(`${method} ${outcome} ${fault}`);
        if (name !== undefined) named.push(name);
      },
    },
    log: {
      info: (fields, message) => void lines.push({ level: 'info', fields, message }),
      warn: (fields, message) => void lines.push({ level: 'warn', fields, message }),
    },
  });
  open.push(pod);
  return { pod, refusals, ended, lines, named, known };
}

async function post(pod: Anypod, method: string, params: object, headers: object = {}): Promise<number> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const accept = 'application/json, text/event-stream';
  const usual = { 'content-type': 'application/json', accept, 'mcp-method': method };
  const request = { method: 'POST', headers: { ...usual, ...headers }, body };
  const response = await pod.fetch(new Request('http://localhost/mcp', request));
  await response.text();
  return response.status;
}

const modern = { 'mcp-protocol-version': VERSION };

describe('a message that is refused', () => {
  it('for its method has a reason of its own [metrics.refusals]', async () => {
    const { pod, refusals, ended } = await start();
    expect(await post(pod, 'invented/method', { _meta: META }, modern)).toBe(404);
    expect(refusals).toEqual(['404 unknown_method']);
    expect(ended).toEqual(['invented/method refused -32601']);
  });

  it('for its session has the reason that it had', async () => {
    const { pod, refusals } = await start();
    expect(await post(pod, 'ping', {}, { 'mcp-session-id': 'nobody' })).toBe(404);
    expect(refusals).toEqual(['404 unknown_session']);
  });

  it('by the SDK counts as every other one, with the code of its error [metrics.refusals]', async () => {
    const { pod, refusals, ended } = await start();
    expect(await post(pod, 'tools/call', { name: 'read' }, { ...modern, 'mcp-name': 'read' })).toBe(400);
    expect(refusals).toEqual(['400 malformed']);
    expect(ended).toEqual(['tools/call refused -32602']);
  });

  it('by the SDK is told ever more rarely, in one line that says why [log.refusals]', async () => {
    const { pod, lines } = await start();
    for (const _ of Array(20)) await post(pod, 'tools/call', { name: 'read' }, { ...modern, 'mcp-name': 'read' });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: 'warn', message: 'a request was refused' });
    expect(lines[0]?.fields).toMatchObject({ method: 'tools/call', tool: 'read', status: 400, reason: 'malformed' });
    expect(lines[0]?.fields['detail']).toMatch(/_meta/);
  });

  it('for the arguments of a prompt has the prompt in its line, and the meter hears of it', async () => {
    const { pod, lines, named } = await start();
    expect(await post(pod, 'prompts/get', { name: 'greet' }, { ...modern, 'mcp-name': 'greet' })).toBe(400);
    expect(lines[0]?.fields).toMatchObject({ method: 'prompts/get', prompt: 'greet' });
    expect(lines[0]?.fields).not.toHaveProperty('tool');
    expect(named).toEqual(['greet']);
  });
});

describe("a message on which the server's code fails before its handler", () => {
  it.each([modern, { ...modern, 'mcp-method': 'tools/list' }])('is one line with the error', async (headers) => {
    const { pod, lines, refusals } = await start(new Error('no scopes today'));
    const method = headers === modern ? 'tools/call' : 'tools/list';
    const named = { ...headers, ...(method === 'tools/call' && { 'mcp-name': 'read' }) };
    expect(await post(pod, method, { name: 'read', _meta: META }, named)).toBe(500);
    const told = lines.filter(({ message }) => message === 'a request failed');
    expect(told).toHaveLength(1);
    expect(told[0]?.fields).toMatchObject({ method, status: 500, err: { message: 'no scopes today' } });
    expect(refusals).toEqual(['500 other']);
  });
});

it('the meter knows the tools of the server from the start', async () => {
  expect((await start()).known).toEqual(['read']);
});
