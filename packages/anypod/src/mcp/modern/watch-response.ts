import type { RequestOutcome, RequestWatch, StreamKind } from '../../core/meter.ts';
import { onOneLine } from '../../core/one-line.ts';

/** Passes a modern request's response on and tells `watch` how the request ended; a stream of `kind` counts until its end. */
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
  else if (status >= 400) watch.ended(refusalOf(status));
  else {
    // The word of the SDK, not of the user's server, so it is rare.
    if (body !== null) watch.answered('error' in ((await response.clone().json()) as object));
    watch.ended('ok');
  }
  return response;
}

function watchBody(body: ReadableStream<Uint8Array>, kind: StreamKind, watch: RequestWatch): ReadableStream {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  const closed = watch.streams(kind);
  // Who listens has been answered; a call is over with its stream.
  if (kind === 'listen') watch.ended('ok');
  let open = true;
  // A cancelled body may still have a read under way, which then ends too.
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
      // Changes alone come this way, so that no character of theirs ends a line for anybody costs little.
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

function refusalOf(status: number): RequestOutcome {
  if (status < 500) return 'refused';
  return status === 503 ? 'unavailable' : 'failed';
}
