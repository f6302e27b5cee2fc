import { completable, McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { z } from 'zod';

const META = 'io.modelcontextprotocol/';

/** A server with something under every method that a request of 2026-07-28 may name. */
export function createServer(): McpServer {
  const mcp = new McpServer({ name: 'compared', version: '1' });
  const text = (said: string) => ({ content: [{ type: 'text' as const, text: said }] });
  mcp.registerTool('echo', { inputSchema: z.object({ text: z.string() }) }, ({ text: said }) => text(said));
  mcp.registerTool('nothing', {}, () => text(''));
  mcp.registerTool('count', { outputSchema: z.object({ n: z.number() }) }, () => ({
    ...text('1'),
    structuredContent: { n: 1 },
  }));
  mcp.registerTool('throw', {}, () => {
    throw new Error('thrown');
  });
  mcp.registerTool('who', {}, () => text(JSON.stringify(mcp.server.getClientVersion() ?? null)));
  mcp.registerTool('may', {}, () => text(JSON.stringify(mcp.server.getClientCapabilities() ?? null)));
  mcp.registerTool('guarded', { scopeChallenge: () => ({ scopes: ['admin'] }) } as object, () => text('in'));
  mcp.registerTool('off', {}, () => text('off')).disable();
  mcp.registerPrompt('greet', { argsSchema: z.object({ name: completable(z.string(), () => ['Ada']) }) }, (args) => ({
    messages: [{ role: 'user', content: { type: 'text', text: args.name } }],
  }));
  mcp.registerResource('one', 'test://one', {}, ({ href }) => ({ contents: [{ uri: href, text: '1' }] }));
  const template = new ResourceTemplate('test://many/{n}', { list: undefined });
  mcp.registerResource('many', template, {}, ({ href }) => ({ contents: [{ uri: href, text: 'n' }] }));
  return mcp;
}

export interface Asked {
  body: Record<string, unknown>;
  headers: Record<string, string>;
}

const envelope = () => ({
  [`${META}protocolVersion`]: '2026-07-28',
  [`${META}clientInfo`]: { name: 'c', version: '1' },
  [`${META}clientCapabilities`]: {},
});

function ask(method: string, params: Record<string, unknown> = {}, name?: string): Asked {
  const body = { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: envelope() } };
  const headers = { 'content-type': 'application/json', 'mcp-protocol-version': '2026-07-28', 'mcp-method': method };
  return { body, headers: name === undefined ? headers : { ...headers, 'mcp-name': name } };
}

const callOf = (name: string, args: unknown = {}) => ask('tools/call', { name, arguments: args }, name);
const read = (uri: string) => ask('resources/read', { uri }, uri);

/** Requests that are right in themselves; their targets may be unknown. */
export const REQUESTS: ReadonlyArray<() => Asked> = [
  () => callOf('echo', { text: 'hello' }),
  () => callOf('echo', { text: 7 }),
  () => callOf('echo', {}),
  () => callOf('echo', { text: 'é 日本 😀' }),
  ...['nothing', 'count', 'throw', 'who', 'may', 'guarded', 'off', 'unknown', '', '__proto__', 'toString'].map(
    (name) => () => callOf(name),
  ),
  ...['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list', 'server/discover', 'ping'].map(
    (method) => () => ask(method),
  ),
  () => ask('tools/list', { cursor: 'x' }),
  () => ask('prompts/get', { name: 'greet', arguments: { name: 'Ada' } }, 'greet'),
  () => ask('prompts/get', { name: 'greet' }, 'greet'),
  () => ask('prompts/get', { name: 'unknown' }, 'unknown'),
  ...['test://one', 'test://many/2', 'test://none', 'no uri', ''].map((uri) => () => read(uri)),
  () =>
    ask('completion/complete', { ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: 'name', value: '' } }),
  () => ask('completion/complete', { ref: { type: 'ref/none' } }),
  ...['initialize', 'logging/setLevel', 'tasks/get', 'tasks/list', 'unknown/method', 'constructor', ''].map(
    (method) => () => ask(method),
  ),
];

const WEIRD = [
  null,
  true,
  0,
  -1,
  1.5,
  1e300,
  '',
  'x',
  ' ',
  '2026-07-28',
  '2025-06-18',
  [],
  ['x'],
  {},
  { a: 1 },
  { a: {} },
];

/** What goes wrong with requests on their way: each changes one thing. `pick` chooses among values. */
export const CHANGES: ReadonlyArray<(asked: Asked, pick: <T>(values: readonly T[]) => T) => void> = [
  ({ headers }, pick) => void delete headers[pick(Object.keys(headers).slice(1))],
  ({ headers }, pick) => {
    const values = [
      '',
      ' ',
      'x',
      'tools/call',
      'echo',
      '2026-07-28',
      '2026-07-29',
      '2025-11-25',
      '=?base64?ZWNobw==?=',
    ];
    headers[pick(['mcp-protocol-version', 'mcp-method', 'mcp-name'])] = pick(values);
  },
  ({ headers }, pick) => {
    const name = pick(Object.keys(headers).slice(1));
    headers[name] = pick([
      ` ${headers[name]} `,
      `${headers[name]}, ${headers[name]}`,
      `${headers[name]}`.toUpperCase(),
    ]);
  },
  ({ body, headers }) => {
    const name = (body['params'] as { name?: unknown } | undefined)?.name;
    headers['mcp-name'] = `=?base64?${Buffer.from(String(name)).toString('base64')}?=`;
  },
  ({ body }, pick) => void delete body[pick(Object.keys(body))],
  ({ body }, pick) => {
    body[pick([...Object.keys(body), 'result', 'error', 'extra', '_meta'])] = structuredClone(pick(WEIRD));
  },
  ({ body }, pick) => changeIn(body['params'], ['name', 'uri', 'arguments', 'cursor', '_meta', 'task', 'ref'], pick),
  ({ body }, pick) => {
    const more = ['progressToken', `${META}logLevel`, `${META}related-task`, 'traceparent', `${META}clientInfo`];
    changeIn((body['params'] as Record<string, unknown> | undefined)?.['_meta'], more, pick);
  },
  ({ body }, pick) => {
    const meta = (body['params'] as Record<string, unknown> | undefined)?.['_meta'] as Record<string, unknown>;
    const part = pick(['clientInfo', 'clientCapabilities']);
    const keys = [
      'name',
      'version',
      'title',
      'icons',
      'websiteUrl',
      'roots',
      'sampling',
      'elicitation',
      'extensions',
      'tasks',
    ];
    changeIn(meta?.[`${META}${part}`], keys, pick);
  },
  ({ body }, pick) => {
    const meta = (body['params'] as Record<string, unknown> | undefined)?.['_meta'] as Record<string, unknown>;
    if (typeof meta !== 'object' || meta === null) return;
    meta[`${META}clientCapabilities`] = pick<unknown>([
      { elicitation: {} },
      { elicitation: { form: {}, url: {} }, sampling: { tools: {} }, roots: { listChanged: true } },
      { elicitation: { form: { applyDefaults: true } } },
      { roots: { listChanged: 'yes' } },
      { extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html'] } } },
      { extensions: { 'io.modelcontextprotocol/tasks': {} }, experimental: { x: {} } },
      { experimental: { x: 1 } },
    ]);
  },
  ({ body }, pick) => {
    const meta = (body['params'] as Record<string, unknown> | undefined)?.['_meta'] as Record<string, unknown>;
    if (typeof meta === 'object' && meta !== null) meta[`${META}logLevel`] = pick(['debug', 'error', 'loud', 3]);
  },
];

function changeIn(value: unknown, more: readonly string[], pick: <T>(values: readonly T[]) => T): void {
  if (typeof value !== 'object' || value === null) return;
  const object = value as Record<string, unknown>;
  const key = pick([...Object.keys(object), ...more]);
  if (pick([0, 1, 2]) === 0) delete object[key];
  else object[key] = structuredClone(pick(WEIRD));
}
