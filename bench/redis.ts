import { once } from 'node:events';
import { createConnection } from 'node:net';
import { startChild } from '../test/lib/child.ts';
import { freePort } from '../test/lib/free-port.ts';
import { waitUntilReady } from '../test/lib/wait-until-ready.ts';

/** A redis-server of our own on `core`, keeping nothing on disk. */
export async function startRedis(core: string): Promise<{ readonly url: string; stop(): Promise<unknown> }> {
  const port = await freePort();
  const options = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = startChild('taskset', ['--cpu-list', core, 'redis-server', ...options]);
  const accepts = async () => {
    const socket = createConnection(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.destroy();
    return true;
  };
  await waitUntilReady(child, accepts, { name: 'redis-server' });
  return { url: `redis://127.0.0.1:${port}`, stop: () => child.stop() };
}
