import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { silentLog } from '../../core/log.ts';
import { connectRedis } from './redis-connection.ts';

const bulk = (text: string) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

let server: Server | undefined;
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server?.close();
});

/** A Redis that says twice that it loads its data for another hour, and then has them. */
async function startLoadingRedis(): Promise<string> {
  let looks = 0;
  const answerTo = (command: string) => {
    if (!/^info$/i.test(command)) return '+OK\r\n';
    looks += 1;
    return bulk(looks <= 2 ? 'loading:1\r\nloading_eta_seconds:3600\r\n' : 'loading:0\r\n');
  };
  server = createServer((socket) => {
    sockets.add(socket);
    // A command is an array of texts, and its name is the first one.
    socket.setEncoding('utf8').on('data', (text: string) => {
      for (const [, name = ''] of text.matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) socket.write(answerTo(name));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it('looks again soon whether a Redis that restarts has loaded its data, whatever Redis itself expects', async () => {
  const client = await connectRedis({ redis: await startLoadingRedis() }, silentLog);
  // Within the time that a request waits for Redis.
  expect(await client.set('a', 'b')).toBe('OK');
  client.disconnect();
});
