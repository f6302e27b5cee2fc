import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** Requests over connections that can all be closed at once, so that none is counted as a handle of the pod. */
export interface Requests {
  /** Resolves when the head of the answer is there. */
  send(pod: URL, method: string, body?: object, headers?: Record<string, string>): Promise<IncomingMessage>;
  close(): void;
}

export function createRequests(): Requests {
  const agent = new Agent({ keepAlive: true });
  return {
    send: (pod, method, body, headers = {}) =>
      new Promise((resolve, reject) => {
        const accept = method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream';
        const type = body === undefined ? {} : { 'content-type': 'application/json' };
        const sent = request(pod, { method, agent, headers: { accept, ...type, ...headers } }, resolve);
        sent.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
      }),
    close: () => agent.destroy(),
  };
}

/** Reads an answer to its end; throws where its status is not the expected one. */
export async function drain(response: IncomingMessage, status: number): Promise<string> {
  const body = await text(response);
  if (response.statusCode !== status) throw new Error(`expected ${status}, got ${response.statusCode}: ${body}`);
  return body;
}
