import { describe, expect, it } from 'vitest';
import { readMessage } from './json-rpc.ts';

describe('readMessage', () => {
  it.each([
    { jsonrpc: '2.0', id: 0, method: 'ping' },
    { jsonrpc: '2.0', id: 'x', method: 'ping', params: {} },
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    { jsonrpc: '2.0', id: 1, result: {} },
    { jsonrpc: '2.0', id: 1, error: { code: 1, message: 'no' } },
  ])('takes %j as it is', (message) => {
    expect(readMessage(message)).toEqual(message);
  });

  it.each([null, []])('takes params %j for none', (params) => {
    expect(readMessage({ jsonrpc: '2.0', id: 1, method: 'ping', params })).toEqual({
      jsonrpc: '2.0',
      id: 1,
      method: 'ping',
    });
  });

  it.each([
    [
      { jsonrpc: '2.0', id: 1, method: 'ping', extra: 1, result: {} },
      { jsonrpc: '2.0', id: 1, method: 'ping' },
    ],
    [
      { jsonrpc: '2.0', method: 'notifications/x', extra: 1 },
      { jsonrpc: '2.0', method: 'notifications/x' },
    ],
    [
      { jsonrpc: '2.0', id: 1, result: {}, extra: 1 },
      { jsonrpc: '2.0', id: 1, result: {} },
    ],
  ])('leaves out of %j what JSON-RPC does not know', (given, message) => {
    expect(readMessage(given)).toEqual(message);
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
    { jsonrpc: '2.0', id: 1, method: 'ping', params: [1] },
    { jsonrpc: '2.0', id: 1, method: 'ping', params: 'text' },
    { jsonrpc: '2.0', id: 1 },
    { jsonrpc: '2.0', id: 1, result: 1 },
    { jsonrpc: '2.0', result: {} },
    { jsonrpc: '2.0', id: 1, error: 'no' },
    { jsonrpc: '2.0', id: 1, error: { code: 'no', message: 'no' } },
    { jsonrpc: '2.0', id: 1, error: { code: 1.5, message: 'no' } },
    { jsonrpc: '2.0', id: 1, error: { code: 1 } },
    { jsonrpc: '2.0', id: 1, result: {}, error: { code: 1, message: 'no' } },
  ])('refuses %j', (message) => {
    expect(readMessage(message)).toBeUndefined();
  });
});
