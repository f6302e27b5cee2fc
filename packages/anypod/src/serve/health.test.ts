import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHealthListener, type Health } from './health.ts';

const health: Health = { started: true, draining: false };
const server = createServer(createHealthListener(health, '/mcp'));
let origin = '';

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});

async function ask(path: string, method = 'GET'): Promise<[status: number, body: string]> {
  const response = await fetch(origin + path, { method });
  return [response.status, await response.text()];
}

describe('the probes', () => {
  it.each([
    ['a pod that starts', { started: false, draining: false }, [200, 'ok'], [503, 'starting'], [503, 'starting']],
    ['a pod that serves', { started: true, draining: false }, [200, 'ok'], [200, 'ok'], [200, 'ok']],
    ['a pod that drains', { started: true, draining: true }, [200, 'ok'], [200, 'ok'], [503, 'draining']],
  ])('of %s', async (_pod, state, ...expected) => {
    Object.assign(health, state);
    const answers = await Promise.all(['/livez', '/startupz', '/readyz'].map((path) => ask(path)));
    expect(answers).toEqual(expected.map(([status, text]) => [status, `${text}\n`]));
    Object.assign(health, { started: true, draining: false });
  });

  it.each(['/readyz/', '/READYZ', '/readyz?verbose'])('are found at %s', async (path) => {
    expect(await ask(path)).toEqual([200, 'ok\n']);
  });

  it('have no body for HEAD, and refuse what would change something', async () => {
    expect(await ask('/livez', 'HEAD')).toEqual([200, '']);
    const refused = await fetch(`${origin}/livez`, { method: 'POST' });
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(await refused.text()).toContain('Use GET for a probe.');
  });
});

it('says where the endpoint is', async () => {
  expect(await ask('/')).toEqual([200, 'ok. The MCP endpoint is at /mcp.\n']);
  for (const [path, method] of [['/', 'POST'], ['/__proto__'], ['/constructor'], ['/%']] as const) {
    const [status, body] = await ask(path, method);
    expect(status).toBe(404);
    expect(JSON.parse(body).error.message).toContain('The MCP endpoint is at /mcp.');
  }
});
