import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A network between clients and a server on 127.0.0.1 that changes when it is told to. */
export interface Network {
  readonly url: URL;
  /** All connections break, as when a phone changes its address. */
  change(): void;
  /** All connections stay open, and nothing passes them any more. New ones work. */
  silence(): void;
  /** Nothing gets through, and new connections break at once, until `on`. */
  off(): void;
  on(): void;
  /** From now on, a connection on which nothing was said for so long is silenced, as a NAT does, ms. */
  forgetAfter(ms: number): void;
  stop(): void;
}

interface Pair {
  readonly sockets: readonly [Socket, Socket];
  silent: boolean;
  heard: number;
}

export async function startNetwork(target: number): Promise<Network> {
  const pairs = new Set<Pair>();
  let reachable = true;
  let idleMs = Number.POSITIVE_INFINITY;

  const listener = createServer((client) => {
    if (!reachable) {
      client.destroy();
      return;
    }
    const server = connect(target, '127.0.0.1').setNoDelay();
    const pair: Pair = { sockets: [client.setNoDelay(), server], silent: false, heard: performance.now() };
    pairs.add(pair);
    const pass = (from: Socket, to: Socket) => {
      from.on('data', (chunk) => {
        const now = performance.now();
        if (now - pair.heard > idleMs) pair.silent = true;
        pair.heard = now;
        if (!pair.silent) to.write(chunk);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        if (!pair.silent) to.destroy();
        pairs.delete(pair);
      });
    };
    pass(client, server);
    pass(server, client);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const change = () => {
    for (const { sockets } of pairs) for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    url: new URL(`http://127.0.0.1:${port}/mcp`),
    change,
    silence() {
      for (const pair of pairs) pair.silent = true;
    },
    off() {
      reachable = false;
      change();
    },
    on() {
      reachable = true;
    },
    forgetAfter(ms) {
      idleMs = ms;
    },
    stop() {
      listener.close();
      change();
    },
  };
}
