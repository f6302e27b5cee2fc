import { MODERN_META } from '../cluster/modern-wire.ts';

const clientInfo = { name: 'fuzz', version: '1' };
const _meta = { ...MODERN_META, 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } };

const request = (method: string, params?: object) => ({ jsonrpc: '2.0', id: 1, method, ...(params && { params }) });
const notification = (method: string, params?: object) => ({ jsonrpc: '2.0', method, ...(params && { params }) });

/** Messages of a session as a client sends them. Changes are made to them. */
export const MESSAGES: readonly unknown[] = [
  request('initialize', { protocolVersion: '2025-11-25', capabilities: { roots: { listChanged: true } }, clientInfo }),
  request('ping'),
  request('tools/list', { cursor: 'x' }),
  request('tools/call', { name: 'echo', arguments: { text: 'x' }, _meta: { progressToken: 1 } }),
  request('tools/call', { name: 'report', arguments: {}, _meta: { progressToken: 'token' } }),
  request('tools/call', { name: 'echo', arguments: { text: 'x' }, task: { ttl: 1000 } }),
  request('prompts/get', { name: 'greet', arguments: { name: 'x' } }),
  request('resources/read', { uri: 'note://one' }),
  request('resources/subscribe', { uri: 'note://one' }),
  request('resources/unsubscribe', { uri: 'note://one' }),
  request('logging/setLevel', { level: 'debug' }),
  request('completion/complete', {
    ref: { type: 'ref/prompt', name: 'greet' },
    argument: { name: 'name', value: 'x' },
  }),
  request('tasks/get', { taskId: 'x' }),
  request('no/such', {}),
  notification('notifications/initialized'),
  notification('notifications/cancelled', { requestId: 1, reason: 'x' }),
  notification('notifications/progress', { progressToken: 1, progress: 1, total: 2 }),
  notification('notifications/roots/list_changed'),
  { jsonrpc: '2.0', id: 1, result: { action: 'accept', content: {} } },
  { jsonrpc: '2.0', id: 1, error: { code: -1, message: 'x', data: {} } },
];

/** Requests of 2026-07-28. */
export const MODERN_MESSAGES: readonly unknown[] = [
  request('server/discover', { _meta }),
  request('tools/list', { _meta }),
  request('tools/call', { name: 'echo', arguments: { text: 'x' }, _meta }),
  request('tools/call', { name: 'report', arguments: {}, _meta: { ..._meta, progressToken: 1 } }),
  request('tools/call', {
    name: 'once',
    arguments: {},
    _meta: { ..._meta, 'anypod/idempotencyKey': 'a-key-of-16-characters' },
  }),
  request('tools/call', {
    name: 'echo',
    arguments: { text: 'x' },
    inputResponses: { question: { action: 'accept', content: {} } },
    requestState: 'x',
    _meta,
  }),
  request('prompts/get', { name: 'greet', arguments: { name: 'x' }, _meta }),
  request('resources/read', { uri: 'note://one', _meta }),
  request('subscriptions/listen', { subscriptions: [{ uri: 'note://one' }], _meta }),
  request('tasks/get', { taskId: 'x', _meta }),
  request('tasks/update', { taskId: 'x', inputResponses: {}, _meta }),
  notification('notifications/cancelled', { requestId: 1, _meta }),
];
