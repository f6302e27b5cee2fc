import { isLegacyRequest } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import { isModern } from './era.ts';

const VERSION = 'io.modelcontextprotocol/protocolVersion';
const modern = { _meta: { [VERSION]: '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} } };

const bodies: Record<string, unknown> = {
  'a request with a claim': { jsonrpc: '2.0', id: 1, method: 'tools/list', params: modern },
  'a request without a claim': { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} },
  'a request without params': { jsonrpc: '2.0', id: 1, method: 'ping' },
  'a request with other meta': { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { _meta: { progressToken: 1 } } },
  'a request that claims a legacy revision': {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/list',
    params: { _meta: { [VERSION]: '2025-06-18' } },
  },
  initialize: { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2026-07-28' } },
  'initialize with a claim': { jsonrpc: '2.0', id: 1, method: 'initialize', params: modern },
  'a notification': { jsonrpc: '2.0', method: 'notifications/initialized' },
  'a notification with a claim': { jsonrpc: '2.0', method: 'notifications/x', params: modern },
  'a result': { jsonrpc: '2.0', id: 1, result: {} },
  'an error': { jsonrpc: '2.0', id: 1, error: { code: 1, message: 'no' } },
  'a batch': [{ jsonrpc: '2.0', id: 1, method: 'tools/list' }],
};

describe('isModern', () => {
  for (const header of [undefined, '2025-06-18', '2025-11-25', '2026-07-28']) {
    it.each(Object.keys(bodies))(`judges %s with version header ${header} as the SDK does`, async (name) => {
      const headers = new Headers({ 'content-type': 'application/json' });
      if (header !== undefined) headers.set('mcp-protocol-version', header);
      const request = new Request('http://localhost/mcp', { method: 'POST', headers });
      expect(isModern(bodies[name], header)).toBe(!(await isLegacyRequest(request, bodies[name])));
    });
  }
});
