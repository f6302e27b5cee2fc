import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** POSTs on connections that stay open until the other side closes them; rejects where one breaks. */
export interface KeptAlive {
  /** The body of the answer. */
  post(url: URL, body: object, headers: Readonly<Record<string, string>>): Promise<string>;
  stop(): void;
}

/** Uses so many connections at most. */
export function keptAlive(connections: number): KeptAlive {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    async post(url, body, headers) {
      const all = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers };
      const sent = request(url, { agent, method: 'POST', headers: all });
      sent.end(JSON.stringify(body));
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      return text(response);
    },
    stop: () => agent.destroy(),
  };
}
