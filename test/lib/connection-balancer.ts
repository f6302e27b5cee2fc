import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { joinSockets } from './join-sockets.ts';

/** Chooses a target for each connection, in turn, and never moves a connection, like kube-proxy. */
export interface ConnectionBalancer {
  /** The endpoint: `http://127.0.0.1:<port>/mcp`. */
  readonly url: URL;
  /** From now on, connections go to this port of 127.0.0.1 too. */
  add(target: number): void;
  /** How many connections to the target are open. */
  open(target: number): number;
  /** How many connections were opened in total. */
  readonly opened: number;
  /** How many open connections began with a POST. */
  readonly posting: number;
  /** For each connection that began with a POST and has ended: the side that first said that it sends no more. */
  readonly endedBy: readonly ('client' | 'target')[];
  stop(): Promise<void>;
}

export async function startConnectionBalancer(first: readonly number[]): Promise<ConnectionBalancer> {
  const targets = [...first];
  const open = new Map<Socket, number>();
  const endedBy: ('client' | 'target')[] = [];
  const posting = new Set<Socket>();
  let opened = 0;

  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const target = targets[opened++ % targets.length] as number;
    open.set(client, target);
    const server = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    client.once('data', (chunk: Buffer) => {
      if (chunk.toString('latin1').startsWith('POST ')) posting.add(client);
    });
    const end = (side: 'client' | 'target') => {
      if (posting.delete(client)) endedBy.push(side);
    };
    // A side that resets its connection emits `error` or `close` without `end`.
    for (const event of ['end', 'error', 'close']) {
      client.on(event, () => end('client'));
      server.on(event, () => end('target'));
    }
    joinSockets(client, server, () => open.delete(client));
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;

  return {
    url: new URL(`http://127.0.0.1:${port}/mcp`),
    add: (target) => void targets.push(target),
    open: (target) => [...open.values()].filter((one) => one === target).length,
    get opened() {
      return opened;
    },
    get posting() {
      return posting.size;
    },
    endedBy,
    async stop() {
      listener.close();
      for (const client of open.keys()) client.destroy();
    },
  };
}
