import type { JsonRpcRequest } from '../../core/json/json-rpc.ts';
import { FIRST_MODERN_VERSION } from '../../core/session/protocol-version.ts';
import { protocolOf } from './protocol.ts';

/**
 * Makes a server of SDK v2 speak 2026-07-28 with the client of a well-formed request, as the SDK's own handler does before it connects the server.
 * False: this SDK keeps the version or the client elsewhere, so its own handler must serve the request.
 */
export function speakModern(server: object, { params }: JsonRpcRequest): boolean {
  const protocol = protocolOf(server);
  if (!('_negotiatedProtocolVersion' in protocol && '_clientCapabilities' in protocol && '_clientVersion' in protocol))
    return false;
  const meta = params?.['_meta'] as Readonly<Record<string, unknown>>;
  protocol._negotiatedProtocolVersion = FIRST_MODERN_VERSION;
  protocol._clientCapabilities = meta['io.modelcontextprotocol/clientCapabilities'];
  protocol._clientVersion = meta['io.modelcontextprotocol/clientInfo'];
  return true;
}
