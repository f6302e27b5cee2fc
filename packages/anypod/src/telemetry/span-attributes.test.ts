import { describe, expect, it } from 'vitest';
import { attributesOf, attributesOfHttp, nameOf } from './span-attributes.ts';

const hash = (text: string) => `hash of ${text}`;
const received = (method: string, params: object, headers = {}, url = '/mcp') => ({
  ...{ method, era: 'legacy' as const, body: { jsonrpc: '2.0', id: 7, method, params }, caller: { headers, url } },
});

describe('a span', () => {
  it('of a prompt has its name', () => {
    const message = received('prompts/get', { name: 'greet', arguments: { who: 'Ada' } });
    expect(nameOf(message)).toBe('prompts/get greet');
    const attributes = attributesOf(message, hash);
    expect(attributes).toMatchObject({ 'gen_ai.prompt.name': 'greet', 'jsonrpc.request.id': '7' });
    expect(attributes).not.toHaveProperty('gen_ai.operation.name');
    expect(JSON.stringify(attributes)).not.toContain('Ada');
  });

  it('of a resource has its URI without user, query and fragment [trace.secrets]', () => {
    const uri = 'https://ann:pass@files.test/report?key=hidden#hidden';
    const attributes = attributesOf(received('resources/read', { uri }), hash);
    expect(attributes['mcp.resource.uri']).toBe('https://files.test/report');
  });

  it('has a hash for a session, also where the URL names it [trace.secrets]', () => {
    const inHeader = attributesOf(received('ping', {}, { 'mcp-session-id': 'abc' }), hash);
    const inUrl = attributesOf(received('ping', {}, {}, '/messages?sessionId=abc'), hash);
    expect([inHeader, inUrl].map((one) => one['mcp.session.id'])).toEqual(['hash of abc', 'hash of abc']);
  });

  it.each([
    [{ 'mcp-protocol-version': '2025-06-18' }, {}, '2025-06-18'],
    [{}, { _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } }, '2026-07-28'],
    [{}, { protocolVersion: '2025-11-25' }, '2025-11-25'],
    [{ 'mcp-protocol-version': 'anything <else>' }, {}, undefined],
  ])('has the revision that %j or %j names: %s', (headers, params, version) => {
    expect(attributesOf(received('ping', params, headers), hash)['mcp.protocol.version']).toBe(version);
  });

  it('has names of bounded length, whatever a client sends', () => {
    const message = received('x'.repeat(5000), { name: 'y'.repeat(5000) });
    expect(nameOf(message)).toHaveLength(100);
    const tool = received('tools/call', { name: 'y'.repeat(5000) });
    expect(attributesOf(tool, hash)['gen_ai.tool.name']).toHaveLength(100);
  });

  it('of a refused request has the method of HTTP and the hash of its session', () => {
    const headers = { 'mcp-session-id': 'abc', authorization: 'Bearer hidden' };
    expect(attributesOfHttp('PUT', { headers, url: '/mcp?key=hidden' }, hash)).toEqual({
      'http.request.method': 'PUT',
      'mcp.session.id': 'hash of abc',
      'network.protocol.name': 'http',
      'network.transport': 'tcp',
    });
  });
});
