import { post } from './wire.ts';

/** The `_meta` of a request of 2026-07-28. */
export const MODERN_META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'wire', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** POSTs a request of 2026-07-28 with its headers. `_meta` in `params` is added to the required members. */
export function postModern(
  pod: URL,
  method: string,
  params: object = {},
  headers: Record<string, string | null> = {},
  signal?: AbortSignal,
): Promise<Response> {
  const { _meta: more, ...others } = params as { _meta?: object; name?: string };
  const name = others.name === undefined ? {} : { 'mcp-name': others.name };
  const body = { jsonrpc: '2.0', id: 'modern', method, params: { ...others, _meta: { ...MODERN_META, ...more } } };
  return post(pod, body, { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, ...name, ...headers }, signal);
}
