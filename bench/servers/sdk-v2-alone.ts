/**
 * The floor of whatever serves with the SDK: `node:http` and SDK v2's server, made and asked. One that was asked to `initialize` is kept for its
 * session; any other request without a session gets a server for itself. No transport over HTTP, no checks, no store.
 */
import { randomUUID } from 'node:crypto';
import { type JSONRPCMessage, McpServer, type Transport } from '@modelcontextprotocol/server';
import { listen, readJson } from './listen.ts';
import { withTools } from './tools.ts';

type Answer = (message: JSONRPCMessage) => void;

/** Hands messages to a server, and what it says to whoever asked last. */
class Handed implements Transport {
  onmessage?: NonNullable<Transport['onmessage']>;
  #answer: Answer | undefined;

  async start(): Promise<void> {}
  async close(): Promise<void> {}

  async send(message: JSONRPCMessage): Promise<void> {
    this.#answer?.(message);
  }

  ask(message: JSONRPCMessage): Promise<JSONRPCMessage> {
    return new Promise((resolve) => {
      this.#answer = resolve;
      this.onmessage?.(message);
    });
  }

  tell(message: JSONRPCMessage): void {
    this.onmessage?.(message);
  }
}

const sessions = new Map<string, Handed>();

async function open(): Promise<Handed> {
  const handed = new Handed();
  await withTools(new McpServer({ name: 'bench', version: '1.0.0' })).connect(handed);
  return handed;
}

listen(async (request, response) => {
  const message = (await readJson(request)) as JSONRPCMessage;
  const known = sessions.get(String(request.headers['mcp-session-id']));
  if (known !== undefined && !('id' in message)) {
    known.tell(message);
    response.writeHead(202).end();
    return;
  }
  const handed = known ?? (await open());
  const opens = 'method' in message && message.method === 'initialize';
  const id = randomUUID();
  if (opens) sessions.set(id, handed);
  const body = JSON.stringify(await handed.ask(message));
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  response.writeHead(200, { ...headers, ...(opens ? { 'mcp-session-id': id } : {}) }).end(body);
});
