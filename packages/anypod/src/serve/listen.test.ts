import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Listener, listen } from './listen.ts';

const REQUEST = 'GET / HTTP/1.1\r\nhost: pod\r\n\r\n';

let listener: Listener;
let accepted: Set<Socket>;
beforeEach(async () => {
  accepted = new Set();
  const handler: RequestListener = (request, response) => {
    accepted.add(request.socket);
    response.end('answer');
  };
  listener = await listen(handler, { port: 0, host: '127.0.0.1', keepAliveMs: 600_000, drainDelayMs: 3000 });
});
afterEach(async () => {
  listener.destroy();
  await listener.close();
});

/** Node before 22.19 can only announce the timeout that it keeps. */
const announces = 'keepAliveTimeoutBuffer' in createServer();

test.runIf(announces)(
  "a client's idle connections are closed before a pod that drains closes them, a balancer's are kept [pod.drain.idle-connections]",
  async () => {
    const balancer = connect(Number(new URL(listener.origin).port), '127.0.0.1');
    balancer.write(REQUEST);
    await once(balancer, 'data');
    const kept = new Set(accepted);

    const answers = await Promise.all(Array.from({ length: 5 }, () => fetch(listener.origin)));
    await Promise.all(answers.map((answer) => answer.text()));
    const idle = [...accepted].filter((socket) => !kept.has(socket));
    await Promise.all(idle.map((socket) => once(socket, 'close')));

    balancer.write(REQUEST);
    await once(balancer, 'data');
    expect(accepted.size).toBe(kept.size + idle.length);
    balancer.destroy();
  },
);

test(':: takes IPv4 and IPv6', async () => {
  const both = await listen((_request, response) => response.end('answer'), {
    port: 0,
    host: '::',
    keepAliveMs: 1000,
    drainDelayMs: 0,
  });
  const { port } = new URL(both.origin);
  // A kernel may have no IPv6, and a container no address of it.
  const addresses = Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address));
  const names = addresses.includes('::1') ? ['127.0.0.1', '[::1]'] : ['127.0.0.1'];
  for (const name of names) expect(await (await fetch(`http://${name}:${port}`)).text()).toBe('answer');
  both.destroy();
  await both.close();
});

/** Opens connections from its own thread, and counts the established ones. */
const CROWD = `
  const { workerData: { port, count, state } } = require('node:worker_threads');
  const open = new Int32Array(state);
  for (let each = 0; each < count; each += 1) {
    require('node:net').connect(port, '127.0.0.1', () => {
      if (Atomics.add(open, 0, 1) + 1 === count) Atomics.notify(open, 1, Atomics.store(open, 1, 1));
    });
  }
`;

// Other systems allow a much shorter backlog (128 on macOS).
test.runIf(process.platform === 'linux')('a burst of connections waits for a pod that is busy', async () => {
  const count = 1000;
  const state = new SharedArrayBuffer(8);
  const open = new Int32Array(state);
  const port = Number(new URL(listener.origin).port);
  const crowd = new Worker(CROWD, { eval: true, workerData: { port, count, state } });
  await once(crowd, 'online');
  // The server accepts nothing during this time. The kernel establishes only as many connections as fit in the backlog.
  Atomics.wait(open, 1, 0, 8000);
  expect(open[0]).toBe(count);
  await crowd.terminate();
});
