import { inputRequired, McpServer } from '@modelcontextprotocol/server';
import { type Anypod, type AnypodOptions, type AuthInfo, createAnypod } from 'anypod';
import { createMemoryStore } from 'anypod/memory';
import { afterEach, expect, vi } from 'vitest';
import { z } from 'zod';

export const KEY = 'a key that nobody can guess';

export const ann: AuthInfo = { token: 't', clientId: 'app', scopes: ['a', 'b'], extra: { iss: 'i', sub: 'ann' } };
export const bob: AuthInfo = { ...ann, extra: { iss: 'i', sub: 'bob' } };

const RETRY = 'anypod/retry';
const ONCE = 'anypod/once';

/** What the tools of all pods did, and what ends them. */
function createEffects() {
  const started: string[] = [];
  const aborted: string[] = [];
  const waiting: ((text: string) => void)[] = [];
  return {
    started,
    aborted,
    /** Ends everything that runs, with this text. */
    end(text: string) {
      for (const resolve of waiting.splice(0)) resolve(text);
    },
    released: () => new Promise<string>((resolve) => waiting.push(resolve)),
  };
}

type Effects = ReturnType<typeof createEffects>;

const inputSchema = z.object({
  a: z.unknown().optional(),
  b: z.unknown().optional(),
  times: z.number().default(1),
  waits: z.boolean().default(false),
});
const text = (content: string) => ({ content: [{ type: 'text' as const, text: content }] });

function createServer(effects: Effects): McpServer {
  const server = new McpServer({ name: 'test', version: '1' }, { capabilities: { logging: {} } });
  registerWaiting(server, effects);
  registerOthers(server, effects);
  return server;
}

/** Tools that wait until the test ends them. */
function registerWaiting(server: McpServer, { started, aborted, released }: Effects): void {
  const tool = (name: string, _meta: Record<string, unknown>, annotations = {}) =>
    server.registerTool(name, { inputSchema, _meta, annotations }, async ({ times }, { mcpReq }) => {
      started.push(name);
      let running = true;
      mcpReq.signal.addEventListener('abort', () => running && aborted.push(name));
      if (name === 'streams') await mcpReq.log('info', 'begun');
      const said = await released();
      running = false;
      return text(said.repeat(times));
    });
  tool('plain', {});
  tool('guarded', { [RETRY]: true });
  tool('lasting', { [RETRY]: { cancellable: false } });
  tool('streams', { [RETRY]: { cancellable: false } });
  tool('brief', { [RETRY]: { windowMs: 20 } });
  tool('idempotent', { [RETRY]: { cancellable: false } }, { idempotentHint: true });
}

/** Tools that end at once. */
function registerOthers(server: McpServer, { started, released }: Effects): void {
  server.registerTool('refuses', { inputSchema, _meta: { [RETRY]: true } }, () => {
    started.push('refuses');
    throw new Error('no');
  });
  const asks = (name: string, _meta: Record<string, unknown>, ofResult: Record<string, unknown> = {}) =>
    server.registerTool(name, { inputSchema, _meta }, async ({ waits }, { mcpReq }) => {
      started.push(name);
      if (mcpReq.inputResponses !== undefined) return text(waits ? await released() : 'answered');
      const requestedSchema = { type: 'object' as const, properties: {} };
      const question = inputRequired.elicit({ message: 'Sure?', requestedSchema });
      return { ...inputRequired({ inputRequests: { question }, requestState: 'asked' }), _meta: ofResult };
    });
  asks('asks', {});
  asks('asks-guarded', { [RETRY]: true });
  asks('asks-once', { [ONCE]: true });
  asks('asks-once-by-result', {}, { [ONCE]: true });
  asks('asks-once-guarded', { [RETRY]: true, [ONCE]: true });
}

let pods: Anypod[] = [];
afterEach(async () => {
  await Promise.all(pods.splice(0).map((pod) => pod.close()));
});

/** Two pods of this process, which share a store. */
export async function start(options: Partial<AnypodOptions> = {}) {
  const effects = createEffects();
  const store = createMemoryStore();
  const secrets = ['a secret of at least thirty-two bytes'];
  let built = 0;
  const build = () => {
    built += 1;
    return createServer(effects);
  };
  const given = { createServer: build, store, secrets, leaseMs: 1000, ...options };
  const one = await createAnypod(given);
  const two = await createAnypod(given);
  pods = [one, two];
  const { started, aborted } = effects;
  return {
    one,
    two,
    store,
    started,
    aborted,
    end: effects.end,
    /** How often the factory was called. */
    builds: () => built,
    /** Resolves when so many handlers have begun. */
    begun: (count: number) => vi.waitFor(() => expect(started).toHaveLength(count), 30_000),
  };
}

/** Lets what was begun reach the store and the other pod. */
export const settle = () => new Promise((resolve) => setTimeout(resolve, 20));
