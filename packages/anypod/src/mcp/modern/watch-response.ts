import type { JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { onOneLine } from '../../core/json/one-line.ts';
import type { RequestOutcome, RequestWatch, StreamKind } from '../../core/meter.ts';

/** Passes on a modern request's response, and tells `watch` how the request ended. A stream of `kind` counts as open until it ends. */
export async function watchResponse(
  response: Response,
  kind: StreamKind,
  signal: AbortSignal,
  watch: RequestWatch,
): Promise<Response> {
  const { status, headers, body } = response;
  if (headers.get('content-type')?.startsWith('text/event-stream') === true && body !== null) {
    return new Response(watchBody(body, kind, watch), response);
  }
  if (signal.aborted) watch.ended('cancelled');
  else {
    // The SDK itself has made this response, not the user's server. So it is rare, and the clone costs little.
    const { error } = body === null ? {} : await messageOf(response.clone());
    if (body !== null) watch.answered(error !== undefined, error && String(error.code));
    if (status >= 400) watch.refused(status, error?.message);
    else watch.ended('ok');
  }
  return response;
}

/** A response of JSON-RPC. Empty: the body is none. */
async function messageOf(response: Response): Promise<Partial<JsonRpcResponse>> {
  try {
    return (await response.json()) as JsonRpcResponse;
  } catch {
    return {};
  }
}

function watchBody(body: ReadableStream<Uint8Array>, kind: StreamKind, watch: RequestWatch): ReadableStream {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  const closed = watch.streams(kind);
  // A listen request counts as answered at once. A call ends with its stream.
  if (kind === 'listen') watch.ended('ok');
  let open = true;
  // A cancelled body may still have a pending read, which ends afterwards.
  const ended = (outcome: RequestOutcome) => {
    if (!open) return;
    open = false;
    closed();
    watch.ended(outcome);
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const part = await reader.read().catch((error: unknown) => {
        ended('failed');
        throw error;
      });
      // Only changes come this way, so it costs little to escape characters that some clients take for the end of a line.
      if (!part.done)
        return controller.enqueue(encoder.encode(onOneLine(decoder.decode(part.value, { stream: true }))));
      if (!open) return;
      ended('ok');
      controller.close();
    },
    async cancel(reason) {
      ended('cancelled');
      await reader.cancel(reason);
    },
  });
}
