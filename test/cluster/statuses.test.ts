import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { useDeployment } from './deployment.ts';
import { type Message, messagesOf, openSession, post } from './wire.ts';

const deployment = useDeployment();

const PING = { jsonrpc: '2.0', id: 'ping', method: 'ping' };

/** Every refusal has a status, and a JSON-RPC error that says something. */
async function expectRefusal(response: Response, status: number, code?: number): Promise<void> {
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  const [message] = await messagesOf(response);
  expect(message).toMatchObject({
    jsonrpc: '2.0',
    error: { code: expect.any(Number), message: expect.stringMatching(/\w+ \w+/) },
  });
  if (code !== undefined) expect(message?.error?.code).toBe(code);
}

/** `fetch` does not let a client choose its Host. */
function withHost(pod: URL, host: string, body: unknown): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { host, 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const sent = request(pod, { method: 'POST', headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject).end(JSON.stringify(body));
  });
}

function initialize(id: number): object {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'statuses', version: '1' } };
  return { jsonrpc: '2.0', id, method: 'initialize', params };
}

describe('the session id', () => {
  test.each(['ping', 'tools/list'])('400 without one on %s [legacy.status.session-missing]', async (method) => {
    await expectRefusal(await post(deployment.pods[0], { ...PING, method }), 400);
  });

  test('400 without one on GET and DELETE [legacy.status.session-missing]', async () => {
    for (const method of ['GET', 'DELETE']) {
      await expectRefusal(await fetch(deployment.pods[0], { method, headers: { accept: 'text/event-stream' } }), 400);
    }
  });

  test.each(['unknown', 'a'.repeat(60), '%00', 'x'.repeat(4000)])(
    '404 for %s [legacy.status.session-unknown]',
    async (id) => {
      for (const pod of deployment.pods) await expectRefusal(await post(pod, PING, { 'mcp-session-id': id }), 404);
    },
  );

  test('404 says the id of the request', async () => {
    const [message] = await messagesOf(await post(deployment.pods[0], PING, { 'mcp-session-id': 'unknown' }));
    expect(message?.id).toBe('ping');
  });
});

describe('the request itself', () => {
  test.each(['PUT', 'PATCH', 'OPTIONS', 'HEAD'])('405 with Allow for %s [http.status.method]', async (method) => {
    const response = await fetch(deployment.pods[0], { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')?.split(/, */).sort()).toEqual(['DELETE', 'GET', 'POST']);
    if (method !== 'HEAD') await expectRefusal(response, 405);
  });

  test.each(['text/plain', 'application/xml', 'multipart/form-data'])(
    '415 for %s [http.status.content-type]',
    async (type) => {
      const session = await openSession(deployment.pods[0]);
      await expectRefusal(await post(deployment.pods[1], PING, { ...session.headers, 'content-type': type }), 415);
    },
  );

  test('JSON with a charset is JSON', async () => {
    const session = await openSession(deployment.pods[0]);
    const headers = { ...session.headers, 'content-type': 'application/json; charset=utf-8' };
    expect((await post(deployment.pods[1], PING, headers)).status).toBe(200);
  });

  test('413 above 4 MiB, and just below it none [http.status.body-size]', async () => {
    const session = await openSession(deployment.pods[0]);
    const sized = (bytes: number) => ({ ...PING, params: { _meta: { padding: 'x'.repeat(bytes) } } });
    const large = post(deployment.pods[1], sized(4 * 1024 * 1024), session.headers);
    await expectRefusal(await large, 413);
    expect((await post(deployment.pods[1], sized(4 * 1024 * 1024 - 1024), session.headers)).status).toBe(200);
  });

  test.each(['{', '', 'nonsense', '{"a":}'])(
    '400 and -32700 for the broken JSON %j [http.status.broken-json]',
    async (body) => {
      const session = await openSession(deployment.pods[0]);
      await expectRefusal(await post(deployment.pods[1], body, session.headers), 400, -32700);
    },
  );

  test.each([
    1,
    'text',
    null,
    {},
    { jsonrpc: '1.0', id: 1, method: 'ping' },
    { jsonrpc: '2.0', id: null, method: 'ping' },
    { jsonrpc: '2.0', id: {}, method: 'ping' },
    { jsonrpc: '2.0', id: 1, method: 5 },
    { jsonrpc: '2.0', id: 1, method: 'ping', params: 'text' },
    { jsonrpc: '2.0', id: 1 },
  ])(
    '400 and -32600 for %j, which is not JSON-RPC [http.status.broken-json] [http.status.says-what-to-do]',
    async (body) => {
      const session = await openSession(deployment.pods[0]);
      await expectRefusal(await post(deployment.pods[1], JSON.stringify(body), session.headers), 400, -32600);
    },
  );
});

describe('the version header', () => {
  test.each(['1999-01-01', 'latest', '2024-99-99'])('400 for %s [legacy.status.version]', async (version) => {
    const session = await openSession(deployment.pods[0]);
    const headers = { ...session.headers, 'mcp-protocol-version': version };
    await expectRefusal(await post(deployment.pods[1], PING, headers), 400);
  });

  test("a known one that is not the session's, or none, is accepted [legacy.status.version]", async () => {
    const session = await openSession(deployment.pods[0], { version: '2025-11-25' });
    for (const version of ['2025-03-26', '2025-06-18', null]) {
      const headers = { ...session.headers, 'mcp-protocol-version': version };
      expect((await post(deployment.pods[1], PING, headers)).status).toBe(200);
    }
  });
});

describe('batches', () => {
  const batch = [
    PING,
    { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'echo', arguments: { text: 'b' } } },
  ];

  test('are served at 2025-03-26 [legacy.status.batch]', async () => {
    const session = await openSession(deployment.pods[0], { version: '2025-03-26' });
    const messages = await messagesOf(await session.send(deployment.pods[1], batch));
    expect(messages.map(({ id }: Message) => id).sort()).toEqual([2, 'ping']);
    const notifications = [{ jsonrpc: '2.0', method: 'notifications/roots/list_changed' }];
    expect((await session.send(deployment.pods[2], notifications)).status).toBe(202);
  });

  test.each(['2025-06-18', '2025-11-25'])('are refused at %s [legacy.status.batch]', async (version) => {
    const session = await openSession(deployment.pods[0], { version });
    await expectRefusal(await session.send(deployment.pods[1], batch), 400, -32600);
  });

  test('are refused where they are empty or hold an initialize [legacy.status.batch]', async () => {
    const session = await openSession(deployment.pods[0], { version: '2025-03-26' });
    await expectRefusal(await session.send(deployment.pods[1], []), 400, -32600);
    await expectRefusal(await session.send(deployment.pods[1], [PING, initialize(3)]), 400, -32600);
  });
});

describe('foreign pages', () => {
  test('403 for a foreign Host [http.origin.foreign]', async () => {
    for (const host of ['evil.example.com', 'evil.example.com:80', 'localhost.evil.example.com']) {
      expect(await withHost(deployment.pods[0], host, initialize(1))).toBe(403);
    }
    for (const host of ['localhost', 'localhost:1234', '127.0.0.1:9', '[::1]:80']) {
      expect(await withHost(deployment.pods[0], host, initialize(1))).toBe(200);
    }
  });

  test('403 for a foreign Origin [http.origin.foreign]', async () => {
    for (const origin of ['http://evil.example.com', 'null', 'nonsense']) {
      await expectRefusal(await post(deployment.pods[0], initialize(1), { origin }), 403);
    }
    for (const origin of ['http://localhost:5000', 'http://127.0.0.1']) {
      const response = await post(deployment.pods[0], initialize(1), { origin });
      expect(response.status, origin).toBe(200);
      await response.body?.cancel();
    }
  });
});
