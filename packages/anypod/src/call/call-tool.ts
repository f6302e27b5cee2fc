import {
  type CallToolResult,
  Client,
  type FetchLike,
  ProtocolError,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';

export interface CallOptions {
  /** The endpoint. */
  readonly url: URL;
  /** Sends the requests. Default: over the network. */
  readonly fetch?: FetchLike;
  readonly headers?: Readonly<Record<string, string>>;
  readonly tool: string;
  readonly arguments: Record<string, unknown>;
  /** How long the call may take after its last sign of life, ms. */
  readonly timeoutMs: number;
  /** Cancels the call. */
  readonly signal: AbortSignal;
  readonly onProgress?: (text: string) => void;
}

/**
 * How a call ended. `result`: the tool's own, which may say that the tool failed. `refused`: the server answered with a JSON-RPC error. `lost`: there was no
 * answer.
 */
export type CallOutcome =
  | { readonly kind: 'result'; readonly result: CallToolResult }
  | { readonly kind: 'refused'; readonly code: number; readonly message: string }
  | { readonly kind: 'lost'; readonly message: string };

/** Calls one tool of an endpoint of any revision, in a session of its own if the revision has them. Never rejects. */
export async function callTool(options: CallOptions): Promise<CallOutcome> {
  const client = new Client({ name: 'anypod-call', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
  const transport = new StreamableHTTPClientTransport(options.url, {
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
    ...(options.headers === undefined ? {} : { requestInit: { headers: options.headers } }),
  });
  const { signal, timeoutMs, onProgress } = options;
  try {
    await client.connect(transport, { signal, timeout: timeoutMs });
    const request = { name: options.tool, arguments: options.arguments };
    const result = await client.callTool(request, {
      signal,
      timeout: timeoutMs,
      resetTimeoutOnProgress: true,
      onprogress: ({ progress, total, message }) =>
        onProgress?.([`${progress}${total === undefined ? '' : `/${total}`}`, message].join(' ').trim()),
    });
    return { kind: 'result', result: result as CallToolResult };
  } catch (error) {
    if (error instanceof ProtocolError) return { kind: 'refused', code: error.code, message: error.message };
    return { kind: 'lost', message: reasonOf(error) };
  } finally {
    await transport.terminateSession().catch(() => undefined);
    await client.close().catch(() => undefined);
  }
}

/** The innermost reason: `fetch` hides it in causes. */
function reasonOf(error: unknown): string {
  const { cause, message, code } = error as { cause?: unknown; message?: string; code?: string };
  if (cause !== undefined) return reasonOf(cause);
  return message || code || String(error);
}
