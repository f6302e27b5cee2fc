import { AsyncLocalStorage } from 'node:async_hooks';
import { McpServer } from '@modelcontextprotocol/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type Anypod, createAnypod } from './anypod.ts';
import type { AuthInfo } from './core/caller.ts';
import type { FactoryContext, Reuse } from './mcp/sdk/user-server.ts';

const META = 'io.modelcontextprotocol/';
const noInput = z.object({});
const text = (value: unknown) => ({ content: [{ type: 'text' as const, text: JSON.stringify(value) ?? '' }] });
const tick = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A caller. Everything about it carries its name. */
interface Caller {
  readonly name: string;
  readonly anonymous?: boolean;
  /** Sends no `clientInfo`. */
  readonly nameless?: boolean;
  readonly scopes?: string[];
  readonly logLevel?: string;
}

const ALICE: Caller = { name: 'alice', logLevel: 'debug' };
const BOB: Caller = { name: 'bob', nameless: true };
const NOBODY: Caller = { name: 'nobody', anonymous: true };

/** What middleware in front of the endpoint knows about the current request. */
const surroundings = new AsyncLocalStorage<string>();
const built: { context: FactoryContext; surroundings: string | undefined }[] = [];
/** Opens when a test lets the waiting tools go on. */
let gate = Promise.withResolvers<void>();
/** How many tools wait for it. */
let waiting = 0;
/** What handlers sent after their response. */
let afterwards: Promise<unknown> = Promise.resolve();

function createServer(context: FactoryContext): McpServer {
  const number = built.push({ context, surroundings: surroundings.getStore() });
  const server = new McpServer({ name: 'test', version: '1' }, { capabilities: { logging: {} } });
  server.registerTool(
    'observe',
    { inputSchema: z.object({ wait: z.boolean().default(false) }) },
    async ({ wait }, ctx) => {
      if (wait) {
        waiting += 1;
        await gate.promise;
      } else await tick();
      await ctx.mcpReq.log('debug', `log for ${ctx.http?.req?.headers.get('x-caller')}`);
      return text({
        server: number,
        auth: ctx.http?.authInfo?.extra,
        token: ctx.http?.authInfo?.token,
        header: ctx.http?.req?.headers.get('x-caller'),
        url: ctx.http?.req?.url,
        meta: ctx.mcpReq._meta,
        envelope: ctx.mcpReq.envelope,
        client: server.server.getClientVersion(),
        capabilities: server.server.getClientCapabilities(),
        surroundings: surroundings.getStore(),
        aborted: ctx.mcpReq.signal.aborted,
      });
    },
  );
  server.registerTool('linger', { inputSchema: noInput }, (_input, ctx) => {
    const say = async () => {
      await gate.promise;
      const params = { level: 'error', data: `word of ${ctx.http?.req?.headers.get('x-caller')}` } as const;
      const sent = ctx.mcpReq.notify({ method: 'notifications/message', params });
      const outcome = await sent.then(
        () => 'sent',
        (error: Error) => error.message,
      );
      await ctx.mcpReq.log('error', params.data).catch(() => undefined);
      await server.server.sendLoggingMessage(params).catch(() => undefined);
      return outcome;
    };
    afterwards = say();
    return text({ server: number });
  });
  const hidden = server.registerTool('hidden', { inputSchema: noInput }, () => text('still here'));
  server.registerTool('hide', { inputSchema: noInput }, () => {
    hidden.disable();
    return text({ server: number });
  });
  return server;
}

function authOf({ name, anonymous, scopes = ['read'] }: Caller): AuthInfo | undefined {
  if (anonymous === true) return undefined;
  return { token: `token-of-${name}`, clientId: 'client', scopes, extra: { iss: 'https://issuer', sub: name } };
}

let pod: Anypod;

async function start(reuse?: Reuse): Promise<void> {
  built.length = 0;
  waiting = 0;
  gate = Promise.withResolvers();
  pod = await createAnypod({ createServer, ...(reuse === undefined ? {} : { reuse }) });
  built.length = 0;
}

/** All callers use the same request id, like clients that count from 0. */
function call(caller: Caller, tool: string, given: Record<string, unknown> = {}, signal?: AbortSignal) {
  const { name, nameless, logLevel } = caller;
  const _meta = {
    [`${META}protocolVersion`]: '2026-07-28',
    [`${META}clientCapabilities`]: { experimental: { [name]: {} } },
    ...(nameless === true ? {} : { [`${META}clientInfo`]: { name, version: '1' } }),
    ...(logLevel === undefined ? {} : { [`${META}logLevel`]: logLevel }),
    'example.com/mine': name,
  };
  const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool, arguments: given, _meta } };
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': tool,
    'x-caller': name,
  };
  const init = { method: 'POST', headers, body: JSON.stringify(body), ...(signal === undefined ? {} : { signal }) };
  const authInfo = authOf(caller);
  return surroundings.run(`around ${name}`, async () => {
    const request = new Request(`http://localhost/mcp?caller=${name}`, init);
    const response = await pod.fetch(request, authInfo === undefined ? {} : { authInfo });
    return response.text();
  });
}

/** The result in an answer, which is plain JSON or a stream. */
function resultIn(answer: string): { server: number; [key: string]: unknown } {
  const last = answer.startsWith('{') ? answer : (answer.match(/^data: (.*)$/gm)?.at(-1) ?? '').slice('data: '.length);
  const message = JSON.parse(last) as { id: number; result: { content: [{ text: string }] } };
  expect(message.id).toBe(1);
  return JSON.parse(message.result.content[0].text);
}

function expectOnlyOf(caller: Caller, answer: string): void {
  const { name, anonymous, nameless, logLevel } = caller;
  expect(resultIn(answer)).toMatchObject({
    header: name,
    url: `http://localhost/mcp?caller=${name}`,
    meta: { 'example.com/mine': name },
    capabilities: { experimental: { [name]: {} } },
    surroundings: `around ${name}`,
    aborted: false,
  });
  expect(resultIn(answer)['auth']).toEqual(anonymous === true ? undefined : { iss: 'https://issuer', sub: name });
  expect(resultIn(answer)['client']).toEqual(nameless === true ? undefined : { name, version: '1' });
  expect(answer.includes(`log for ${name}`)).toBe(logLevel !== undefined);
  for (const other of [ALICE, BOB, NOBODY]) if (other.name !== name) expect(answer).not.toContain(other.name);
}

afterEach(async () => {
  gate.resolve();
  await pod.close();
});

describe('servers of modern requests', () => {
  it('serve one request each by default, and the factory learns whose [modern.reuse.declared]', async () => {
    await start();
    await call(BOB, 'observe');
    // The first call of a tool also lists the tools.
    built.length = 0;
    await call(ALICE, 'observe');
    await call(ALICE, 'observe');
    expect(built.map(({ context }) => [context.authInfo?.token, context.requestInfo?.headers.get('x-caller')])).toEqual(
      [
        ['token-of-alice', 'alice'],
        ['token-of-alice', 'alice'],
      ],
    );
  });

  it('serve everybody in turn with reuse "all" [modern.reuse.declared]', async () => {
    await start('all');
    for (const caller of [ALICE, BOB, NOBODY, ALICE]) await call(caller, 'observe');
    expect(built).toHaveLength(1);
  });

  it('serve one principal with the same scopes with reuse "principal", and nobody who is anonymous [modern.reuse.declared]', async () => {
    await start('principal');
    const admin = { ...ALICE, scopes: ['read', 'write'] };
    for (const caller of [ALICE, ALICE, admin, BOB, NOBODY, NOBODY, ALICE, BOB]) await call(caller, 'observe');
    const whose = built.map(({ context }) => [context.authInfo?.extra?.['sub'], context.authInfo?.scopes.length]);
    expect(whose).toEqual([
      ['alice', 1],
      ['alice', 2],
      ['bob', 1],
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });
});

describe.each(['all', 'principal'] as const)('servers that are reused (%s)', (reuse) => {
  const shared = reuse === 'all' ? NOBODY : ALICE;

  it('show each caller nothing of another, one after the other [modern.reuse.apart]', async () => {
    await start(reuse);
    for (const caller of [ALICE, BOB, NOBODY, BOB, ALICE, NOBODY, ALICE])
      expectOnlyOf(caller, await call(caller, 'observe'));
  });

  it('show each caller nothing of another, all at once [modern.reuse.apart]', async () => {
    await start(reuse);
    const callers = Array.from({ length: 60 }, (_, index) => [ALICE, BOB, NOBODY][index % 3] as Caller);
    const answers = callers.map((caller, index) => call(caller, 'observe', { wait: index % 2 === 0 }));
    setTimeout(() => gate.resolve(), 5);
    for (const [index, answer] of (await Promise.all(answers)).entries())
      expectOnlyOf(callers[index] as Caller, answer);
    for (const caller of callers) expectOnlyOf(caller, await call(caller, 'observe'));
  });

  it('are built outside of the request that needed them, without its token [modern.reuse.apart]', async () => {
    await start(reuse);
    await call(shared, 'observe');
    expect(built).toHaveLength(1);
    expect(built[0]?.surroundings).toBeUndefined();
    expect(built[0]?.context.requestInfo).toBeUndefined();
    expect(built[0]?.context.authInfo?.token || undefined).toBeUndefined();
  });

  it('pass nothing that a handler says after its response to the next caller [modern.reuse.apart]', async () => {
    await start(reuse);
    const first = resultIn(await call(shared, 'linger'));
    const next = call({ ...shared, logLevel: 'debug' }, 'observe', { wait: true });
    await vi.waitFor(() => expect(waiting).toBe(1), 30_000);
    gate.resolve();
    const answer = await next;
    expect(await afterwards).toMatch(/^No connection established for request ID/);
    expect(resultIn(answer).server).toBe(first.server);
    expect(answer).not.toContain('word of');
  });

  it('are not used again where a client went before its handler was done [modern.reuse.apart]', async () => {
    await start(reuse);
    const stop = new AbortController();
    const left = call(shared, 'observe', { wait: true }, stop.signal).catch(() => undefined);
    await vi.waitFor(() => expect(waiting).toBe(1), 30_000);
    stop.abort();
    const other = resultIn(await call(shared, 'observe'));
    gate.resolve();
    await tick();
    await Promise.race([left, tick()]);
    const later = resultIn(await call(shared, 'observe'));
    expect([other.server, later.server]).toEqual([2, 2]);
    expect(later['aborted']).toBe(false);
  });

  it('are not used again where a handler changed what they offer [modern.reuse.apart]', async () => {
    await start(reuse);
    const { server } = resultIn(await call(shared, 'hide'));
    expect(await call(shared, 'hidden')).toContain('still here');
    expect(resultIn(await call(shared, 'observe')).server).not.toBe(server);
  });
});
