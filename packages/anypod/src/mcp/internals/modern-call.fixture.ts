import type { Anypod } from '../../anypod.ts';

const META = 'io.modelcontextprotocol/';

/** Calls a tool in 2026-07-28. Resolves with the answer, after the server has closed or has been given back. */
export async function callTool(pod: Anypod, name: string): Promise<unknown> {
  const _meta = { [`${META}protocolVersion`]: '2026-07-28', [`${META}clientCapabilities`]: {} };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {}, _meta } });
  const headers = {
    ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    ...{ 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': name },
  };
  const answer = await pod.fetch(new Request('http://localhost/mcp', { method: 'POST', headers, body }));
  await new Promise(setImmediate);
  return answer.json();
}
