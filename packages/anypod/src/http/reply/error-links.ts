import { ERROR_REASONS } from '../../core/error-reasons.ts';
import { RPC, rpcError } from '../../core/json/rpc-error.ts';
import type { EventSink } from '../../core/reply.ts';
import type { EndpointReply } from './endpoint-reply.ts';

/** The codes of anypod's own refusals, which often have no reason. */
const OWN_CODES: readonly unknown[] = [RPC.refused, RPC.sessionNotFound];

interface Message {
  readonly error?: { readonly code?: unknown; readonly data?: { readonly reason?: unknown } };
}

/**
 * Adds `data.help` to each error of anypod: the address of its section on `page`, whose heading is the reason, or the code of an error without a
 * reason. `json` is a message or a batch. Whatever is no such error stays as it is.
 */
export function linkErrors(json: string, page: string): string {
  // Nearly all texts are results: do not parse them.
  if (!json.includes('"error":')) return json;
  const parsed = JSON.parse(json) as Message | Message[];
  const messages = Array.isArray(parsed) ? parsed : [parsed];
  // The other messages of a batch keep their bytes: numbers that JavaScript cannot hold would change.
  return messages.reduce((text, message) => {
    const linked = withHelp(message, page);
    return linked === undefined ? text : text.replace(JSON.stringify(message), () => JSON.stringify(linked));
  }, json);
}

/** Undefined: it is no error of anypod. */
function withHelp(message: Message, page: string): object | undefined {
  const { error } = message;
  const reason = error?.data?.reason;
  const heading = ERROR_REASONS.has(reason) ? reason : OWN_CODES.includes(error?.code) ? error?.code : undefined;
  if (error === undefined || heading === undefined) return undefined;
  return { ...message, error: { ...error, data: { ...error.data, help: `${page}#${heading}` } } };
}

/** Links the errors in whatever is answered. */
export function withErrorLinks(reply: EndpointReply, page: string): EndpointReply {
  return {
    json: (status, body, headers) => reply.json(status, linkErrors(body, page), headers),
    empty: (status, headers) => reply.empty(status, headers),
    stream: (headers) => linkingSink(reply.stream(headers), page),
    response(response) {
      if (response.headers.get('content-type')?.startsWith('application/json') !== true)
        return reply.response(response);
      const { status } = response;
      const headers = new Headers(response.headers);
      headers.delete('content-length');
      response.text().then(
        (body) => reply.response(new Response(linkErrors(body, page), { status, headers })),
        () => reply.json(500, JSON.stringify(rpcError(null, RPC.internal, 'Internal error'))),
      );
    },
  };
}

function linkingSink(sink: EventSink, page: string): EventSink {
  return {
    send: (event) => sink.send(event.data === '' ? event : { ...event, data: linkErrors(event.data, page) }),
    drained: () => sink.drained(),
    end: (retryMs) => sink.end(retryMs),
    onClose: (listener) => sink.onClose(listener),
    get open() {
      return sink.open;
    },
    ...(sink.outlives === undefined ? {} : { outlives: sink.outlives }),
  };
}
