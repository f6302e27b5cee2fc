import type { EventSink, Reply } from '../core/reply.ts';

/** How a server of HTTP answers a request: one of these is called, once. */
export interface EndpointReply extends Pick<Reply, 'json' | 'empty'> {
  /** 200 with `text/event-stream`, and these headers too. */
  stream(headers: Readonly<Record<string, string>>): EventSink;
  /** Passes a modern response on as it is. */
  response(response: Response): void;
}
