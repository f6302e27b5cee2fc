import { type Gate, METADATA_PATH } from '../../core/gate.ts';
import { RPC, rpcError } from '../../core/json/rpc-error.ts';
import type { EndpointReply } from '../reply/endpoint-reply.ts';
import type { Incoming } from './incoming.ts';

/** Any page may read the metadata: it is public, and a client in a browser needs it before it has a token. */
const PUBLIC = { 'access-control-allow-origin': '*' };
const PREFLIGHT = { ...PUBLIC, 'access-control-allow-methods': 'GET', 'access-control-allow-headers': '*' };
const CACHED = { 'cache-control': 'public, max-age=300' };

/** Whether the request asks for the metadata of a resource, by the look of its URL. */
export function asksForMetadata({ caller }: Incoming): boolean {
  return caller.url.includes(METADATA_PATH) && new URL(caller.url).pathname.startsWith(METADATA_PATH);
}

/** Answers a request for the metadata. */
export function serveMetadata(gate: Gate, { method, caller }: Incoming, reply: EndpointReply): void {
  const document = gate.metadata(caller);
  const refuse = (status: number, message: string, headers = {}) =>
    reply.json(status, JSON.stringify(rpcError(null, RPC.refused, message)), { ...PUBLIC, ...headers });
  if (method === 'OPTIONS') reply.empty(204, PREFLIGHT);
  else if (document === undefined) refuse(404, 'There is no protected resource at this path.');
  else if (method !== 'GET') refuse(405, 'Use GET for the metadata.', { allow: 'GET' });
  else reply.json(200, document, { ...PUBLIC, ...CACHED });
}
