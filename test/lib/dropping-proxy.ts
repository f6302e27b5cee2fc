import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { joinSockets } from './join-sockets.ts';

/** Stands between a client and its server like a bad radio link: it loses the connections of some requests. */
export interface DroppingProxy {
  /** The endpoint: `http://127.0.0.1:<port>/mcp`. */
  readonly url: URL;
  readonly requests: number;
  /** How many requests lost their connection. */
  readonly dropped: number;
  stop(): Promise<void>;
}

/** Where a request loses its connection: on its way, before the answer, or in the middle of the answer. */
const PLACES = ['request', 'answer', 'middle'] as const;

const REQUEST_LINE = /^(POST|GET|DELETE) /;

/** Starts a proxy in front of `target`, a port of 127.0.0.1. Every `nth` request loses its connection, at one of three places in turn. */
export async function startDroppingProxy(target: number, nth: number): Promise<DroppingProxy> {
  const open = new Set<Socket>();
  let requests = 0;
  let dropped = 0;

  const listener = createServer((client) => {
    const server = connect(target, '127.0.0.1').setNoDelay();
    client.setNoDelay();
    open.add(client);
    let place: (typeof PLACES)[number] | undefined;
    const drop = () => {
      dropped += 1;
      client.destroy();
      server.destroy();
    };
    client.prependListener('data', (chunk: Buffer) => {
      if (!REQUEST_LINE.test(chunk.toString('latin1', 0, 8))) return;
      requests += 1;
      place = requests % nth === 0 ? PLACES[(requests / nth) % PLACES.length] : undefined;
      if (place === 'request') drop();
    });
    server.prependListener('data', () => {
      if (place === 'answer') drop();
      else if (place === 'middle') setImmediate(drop);
      place = undefined;
    });
    joinSockets(client, server, () => open.delete(client));
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;

  return {
    url: new URL(`http://127.0.0.1:${port}/mcp`),
    get requests() {
      return requests;
    },
    get dropped() {
      return dropped;
    },
    async stop() {
      listener.close();
      for (const client of open) client.destroy();
    },
  };
}
