/**
 * The floor of whatever serves with the SDK: `node:http` and SDK v2's server, made and asked. One that was asked to `initialize` is kept for its
 * session; any other request without a session gets a server for itself, or one that serves nobody else now if `REUSE` is set. No transport over HTTP, no
 * checks. With the URL of a Redis as its argument, it keeps what a session's client says there, with one command before each answer, as any server must
 * whose sessions outlive its process.
 */
import { randomUUID } from 'node:crypto';
import { type JSONRPCMessage, McpServer, type Transport } from '@modelcontextprotocol/server';
import { Redis } from 'ioredis';
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

const [redisUrl] = process.argv.slice(2);
const redis = redisUrl === undefined ? undefined : new Redis(redisUrl);
const { REUSE } = process.env;
const idle: Handed[] = [];
const DAY_S = 86_400;
const sessions = new Map<string, Handed>();

async function open(): Promise<Handed> {
  const handed = new Handed();
  await withTools(new McpServer({ name: 'bench', version: '1.0.0' })).connect(handed);
  return handed;
}

listen(async (request, response) => {
  const message = (await readJson(request)) as JSONRPCMessage;
  const session = String(request.headers['mcp-session-id']);
  const known = sessions.get(session);
  if (known !== undefined && !('id' in message)) {
    known.tell(message);
    await redis?.set(`said:${session}`, JSON.stringify(message), 'EX', DAY_S);
    response.writeHead(202).end();
    return;
  }
  const handed = known ?? idle.pop() ?? (await open());
  const opens = 'method' in message && message.method === 'initialize';
  const id = randomUUID();
  if (opens) sessions.set(id, handed);
  const body = JSON.stringify(await handed.ask(message));
  if (REUSE !== undefined) idle.push(handed);
  if (opens) await redis?.set(`session:${id}`, JSON.stringify(message), 'EX', DAY_S);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  response.writeHead(200, { ...headers, ...(opens ? { 'mcp-session-id': id } : {}) }).end(body);
});
