import { FIRST_MODERN_VERSION, VERSION_META_KEY } from '../core/session/protocol-version.ts';

/** The newest revision with sessions. Since this revision, every stream begins with an event that has an id. */
export const SESSION_VERSION = '2025-11-25';

/** Who sends the requests. */
export interface ProbingClient {
  readonly info: { readonly name: string; readonly version: string };
  readonly capabilities: object;
}

/** The params of `initialize` for a revision. */
export function initializeParams({ info, capabilities }: ProbingClient, protocolVersion: string): object {
  return { protocolVersion, capabilities, clientInfo: info };
}

/** The headers of a request in a session. */
export function sessionHeaders(version: string, sessionId: string | undefined): Readonly<Record<string, string>> {
  return { 'mcp-protocol-version': version, ...(sessionId === undefined ? {} : { 'mcp-session-id': sessionId }) };
}

/** The headers and params of a request of 2026-07-28. */
export function modernRequest(
  { info }: ProbingClient,
  method: string,
  params: object,
): { readonly headers: Readonly<Record<string, string>>; readonly params: object } {
  const name = (params as { readonly name?: string }).name;
  return {
    headers: {
      'mcp-protocol-version': FIRST_MODERN_VERSION,
      'mcp-method': method,
      ...(name === undefined ? {} : { 'mcp-name': name }),
    },
    params: {
      ...params,
      _meta: {
        ...(params as { readonly _meta?: object })._meta,
        [VERSION_META_KEY]: FIRST_MODERN_VERSION,
        'io.modelcontextprotocol/clientInfo': info,
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  };
}
