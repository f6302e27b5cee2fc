import { FIRST_MODERN_VERSION } from '../core/protocol-version.ts';
import { postMessage } from './request.ts';
import { resultOf } from './response.ts';
import { CLIENT } from './session.ts';
import type { Target } from './target.ts';

/** Sends the first request of a 2026-07-28 client. Undefined: the server serves only sessions. */
export async function discover(target: Target, signal: AbortSignal): Promise<string | undefined> {
  const method = 'server/discover';
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': FIRST_MODERN_VERSION,
    'io.modelcontextprotocol/clientInfo': CLIENT,
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const headers = { 'mcp-protocol-version': FIRST_MODERN_VERSION, 'mcp-method': method };
  const answer = await postMessage(target, { id: 'discover', method, params: { _meta } }, headers, signal);
  // An SDK that does not know 2026-07-28 refuses the version.
  if (answer.status === 400) {
    answer.cut();
    return undefined;
  }
  const { supportedVersions } = await resultOf(target, answer, false);
  return (supportedVersions as string[]).join(', ');
}
