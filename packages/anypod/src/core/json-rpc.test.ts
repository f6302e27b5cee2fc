import { describe, expect, it } from 'vitest';
import { isJsonRpcMessage } from './json-rpc.ts';

describe('isJsonRpcMessage', () => {
  it.each([
    { jsonrpc: '2.0', id: 0, method: 'ping' },
    { jsonrpc: '2.0', id: 'x', method: 'ping', params: {} },
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    { jsonrpc: '2.0', id: 1, result: {} },
    { jsonrpc: '2.0', id: 1, error: { code: 1, message: 'no' } },
  ])('takes %j', (message) => {
    expect(isJsonRpcMessage(message)).toBe(true);
  });

  it.each([
    null,
    1,
    'text',
    [],
    {},
    { id: 1, method: 'ping' },
    { jsonrpc: '1.0', id: 1, method: 'ping' },
    { jsonrpc: '2.0', id: null, method: 'ping' },
    { jsonrpc: '2.0', id: 1.5, method: 'ping' },
    { jsonrpc: '2.0', id: 'x'.repeat(257), method: 'ping' },
    { jsonrpc: '2.0', id: {}, method: 'ping' },
    { jsonrpc: '2.0', id: 1, method: 1 },
    { jsonrpc: '2.0', id: 1, method: 'ping', params: [] },
    { jsonrpc: '2.0', id: 1 },
    { jsonrpc: '2.0', id: 1, result: 1 },
    { jsonrpc: '2.0', result: {} },
    { jsonrpc: '2.0', id: 1, error: 'no' },
  ])('refuses %j', (message) => {
    expect(isJsonRpcMessage(message)).toBe(false);
  });
});
