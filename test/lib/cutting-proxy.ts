import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { joinSockets } from './join-sockets.ts';

/** Matches an event stream whose client can resume: a cut must not lose any of it. */
const EVENT_ID = /(^|\n)id: /;

/** The end of an answer in chunked coding (RFC 9112 §7.1): the connection is idle, or its next request is already on the way. */
const LAST_CHUNK = /(^|\r\n)0\r\n\r\n$/;

/** Stands between clients and the balancer and cuts connections, as a NAT, a proxy or a closed laptop does. */
export interface CuttingProxy {
  readonly port: number;
  /** The endpoint: `http://127.0.0.1:<port>/mcp`. */
  readonly url: string;
  /**
   * Cuts connections on both sides without a warning, and returns how many. Resolves when they are closed. `resumable`: only connections with an
   * event stream that has given an id, since the client of any other request cannot get its answer again.
   */
  cut(which: 'resumable' | 'all'): Promise<number>;
  stop(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** True: an event id has passed since the last request of the connection. */
  resumable: boolean;
}

/** Starts a proxy in front of `target`, a port of `host` (default 127.0.0.1). */
export async function startCuttingProxy(target: number, host = '127.0.0.1'): Promise<CuttingProxy> {
  const pairs = new Set<Pair>();
  const listener = createServer((client) => join(client, connect(target, host).setNoDelay(), pairs));
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;

  const cut: CuttingProxy['cut'] = async (which) => {
    const chosen = [...pairs].filter((pair) => which === 'all' || pair.resumable);
    const closed = chosen.map(({ client }) => new Promise((resolve) => client.once('close', resolve)));
    for (const { client, server } of chosen) {
      client.destroy();
      server.destroy();
    }
    await Promise.all(closed);
    return chosen.length;
  };

  return {
    port,
    url: `http://127.0.0.1:${port}/mcp`,
    cut,
    async stop() {
      listener.close();
      await cut('all');
    },
  };
}

function join(client: Socket, server: Socket, pairs: Set<Pair>): void {
  const pair: Pair = { client: client.setNoDelay(), server, resumable: false };
  pairs.add(pair);
  client.on('data', () => {
    pair.resumable = false;
  });
  server.on('data', (chunk: Buffer) => {
    const text = chunk.toString('latin1');
    pair.resumable = (pair.resumable || EVENT_ID.test(text)) && !LAST_CHUNK.test(text);
  });
  joinSockets(client, server, () => pairs.delete(pair));
}
