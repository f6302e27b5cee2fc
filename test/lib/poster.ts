import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** POSTs on its own connections. Rejects if one breaks. */
export interface Poster {
  /** The answer, complete. */
  post(url: URL, body: object, headers: Readonly<Record<string, string>>): Promise<Response>;
  stop(): void;
}

/** Uses at most `connections` connections, and keeps each until the other side closes it. */
export function createPoster(connections: number): Poster {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    async post(url, body, headers) {
      const all = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers };
      const sent = request(url, { agent, method: 'POST', headers: all });
      sent.end(JSON.stringify(body));
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      const { statusCode: status = 0, headers: answered } = response;
      return new Response(await text(response), {
        status,
        headers: { 'content-type': answered['content-type'] ?? '' },
      });
    },
    stop: () => agent.destroy(),
  };
}
