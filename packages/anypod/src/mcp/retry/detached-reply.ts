import type { WebReply } from '../../core/reply.ts';

/** A reply for a call that outlives its connection. If the client of its stream disconnects, `onGone` is called, and the call does not notice. */
export function detachedReply(reply: WebReply, onGone: () => void): WebReply {
  return {
    watch: reply.watch,
    form: reply.form,
    json: (status, body, headers) => reply.json(status, body, headers),
    empty: (status) => reply.empty(status),
    response: (response) => reply.response(response),
    stream(kind) {
      const sink = reply.stream(kind);
      sink.onClose(() => {
        reply.watch.ended('cancelled');
        onGone();
      });
      return {
        open: true,
        send: (event) => sink.send(event),
        drained: () => sink.drained(),
        end: (retryMs) => sink.end(retryMs),
        onClose: () => undefined,
      };
    },
  };
}
