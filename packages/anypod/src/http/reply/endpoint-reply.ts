import type { EventSink, Reply } from '../../core/reply.ts';

/** How an HTTP server answers a request. Call exactly one method, once. */
export interface EndpointReply extends Pick<Reply, 'json'> {
  empty(status: number, headers?: Readonly<Record<string, string>>): void;
  /** Answers 200 with `text/event-stream` and the given headers. */
  stream(headers: Readonly<Record<string, string>>): EventSink;
  /** Passes a modern response on unchanged. */
  response(response: Response): void;
}
