import type { JsonRpcMessage, JsonRpcNotification, JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { isResponse } from '../../core/json/json-rpc.ts';
import { silentWatch } from '../../core/meter.ts';
import type { EventSink, WebReply } from '../../core/reply.ts';
import { progressText } from '../engine/progress.ts';

/** What a task wants to know of its run. */
export interface RunListener {
  respond(response: JsonRpcResponse): void;
  report(message: string): void;
}

/** A reply that goes to a task instead of a client. */
export function runReply(listener: RunListener): WebReply {
  return {
    watch: silentWatch,
    form: 'either',
    json: (_status, body) => listener.respond(JSON.parse(body) as JsonRpcResponse),
    // The run was aborted.
    empty: () => undefined,
    response: (response) =>
      void response.text().then(
        (body) => listener.respond(JSON.parse(body) as JsonRpcResponse),
        () => undefined,
      ),
    stream: () => runSink(listener),
  };
}

/** A stream that goes to a task. */
function runSink(listener: RunListener): EventSink {
  return {
    open: true,
    send({ data }) {
      takeMessage(data, listener);
      return true;
    },
    drained: async () => undefined,
    end: () => undefined,
    onClose: () => undefined,
  };
}

/** Takes a message of the server. Of notifications, only progress concerns a task (SEP-2663: it gets no log messages). */
export function takeMessage(data: string, listener: RunListener): void {
  const message = JSON.parse(data) as JsonRpcMessage;
  const text = isResponse(message) ? undefined : progressText(message as JsonRpcNotification);
  if (isResponse(message)) listener.respond(message);
  else if (text !== undefined) listener.report(text);
}
