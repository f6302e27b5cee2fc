import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startChild } from '../../test/lib/child.ts';
import { freePort } from '../../test/lib/free-port.ts';
import { waitUntilReady } from '../../test/lib/wait-until-ready.ts';
import { openEventSocket } from './event-socket.ts';
import type { Study } from './finding.ts';
import { memoryOf } from './memory.ts';
import { inParallel } from './wire.ts';

const CLIENTS = 1_000;
const AT_ONCE = 50;

/** What the same clients cost on the transport of 2024: a connection each, for as long as they are there. */
export const oldTransport: Study = async () => {
  const port = await freePort();
  const control = join(import.meta.dirname, '../server/sse-control.ts');
  const child = startChild(process.execPath, [control], { env: { ...process.env, PORT: `${port}` } });
  const origin = `http://127.0.0.1:${port}`;
  await waitUntilReady(child, async () => (await fetch(`${origin}/readyz`)).ok, { name: 'the control' });
  const sockets: ReturnType<typeof openEventSocket>[] = [];
  try {
    const join = async () => {
      const socket = openEventSocket({ host: '127.0.0.1', port, path: '/sse', headers: {}, onMessage: () => {} });
      sockets.push(socket);
      await socket.opened;
    };
    await inParallel(Array.from({ length: 100 }), AT_ONCE, join);
    const before = memoryOf(child.pid);
    await inParallel(Array.from({ length: CLIENTS }), AT_ONCE, join);
    await delay(1000);
    return [
      {
        study: 'old transport',
        subject: `${CLIENTS} clients of the SDK’s SSEServerTransport, idle`,
        values: {
          connections: CLIENTS,
          'KB in the server per client': (memoryOf(child.pid) - before) / CLIENTS / 1024,
        },
        promises: [],
      },
    ];
  } finally {
    for (const socket of sockets) socket.close();
    await child.stop();
  }
};
