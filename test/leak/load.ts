import { once } from 'node:events';
import { drain, type Requests } from './requests.ts';

const CALLS_PER_SESSION = 50;
const AT_ONCE = 16;

type Pods = readonly URL[];

function podOf(pods: Pods, index: number): URL {
  return pods[index % pods.length] as URL;
}

/** Runs `work` for 0 to `count` - 1, some at once. */
async function forEach(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

async function open(requests: Requests, pod: URL): Promise<Record<string, string>> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'leak', version: '1' } };
  const response = await requests.send(pod, 'POST', { jsonrpc: '2.0', id: 0, method: 'initialize', params });
  await drain(response, 200);
  return { 'mcp-session-id': String(response.headers['mcp-session-id']), 'mcp-protocol-version': '2025-11-25' };
}

function call(id: number, name: string, args: object, token?: string): object {
  const meta = token === undefined ? {} : { _meta: { progressToken: token } };
  return { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args, ...meta } };
}

/** Sessions that are opened, used on every pod, with every third one listening too, and deleted. */
export function runSessions(requests: Requests, pods: Pods, count: number): Promise<void> {
  return forEach(count, async (index) => {
    const headers = await open(requests, podOf(pods, index));
    const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' };
    await drain(await requests.send(podOf(pods, index + 1), 'POST', initialized, headers), 202);
    const standing =
      index % 3 === 0 ? await requests.send(podOf(pods, index + 2), 'GET', undefined, headers) : undefined;
    const ended = standing === undefined ? undefined : drain(standing, 200);
    for (const [id, pod] of pods.entries()) {
      await drain(await requests.send(pod, 'POST', call(id, 'echo', { text: 'x' }), headers), 200);
    }
    await drain(await requests.send(podOf(pods, index + 2), 'DELETE', undefined, headers), 200);
    await ended;
  });
}

/** Calls that are cancelled from another pod; every second one had become a stream. */
export function runCancelled(requests: Requests, pods: Pods, count: number): Promise<void> {
  return forEach(Math.ceil(count / CALLS_PER_SESSION), async (index) => {
    const headers = await open(requests, podOf(pods, index));
    for (let id = 1; id <= Math.min(CALLS_PER_SESSION, count - index * CALLS_PER_SESSION); id += 1) {
      const streams = id % 2 === 0;
      const body = call(id, 'wait', {}, streams ? `token-${id}` : undefined);
      const answer = requests.send(podOf(pods, id), 'POST', body, headers);
      if (streams) await once(await answer, 'readable');
      const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } };
      await drain(await requests.send(podOf(pods, id + 1), 'POST', cancelled, headers), 202);
      (await answer).resume();
      if (!(await answer).readableEnded) await once(await answer, 'end');
    }
    await drain(await requests.send(podOf(pods, index + 1), 'DELETE', undefined, headers), 200);
  });
}
