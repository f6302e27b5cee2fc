import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { useDeployment } from './deployment.ts';
import { openSession, post } from './wire.ts';

const deployment = useDeployment();

const PING = { jsonrpc: '2.0', id: 1, method: 'ping' };

/** What a pod answers to bytes that no client of HTTP sends, until it closes the connection; `then` follows once it has begun to answer. */
function answerTo(pod: URL, bytes: string, then?: string): Promise<{ status: number; headers: string; body: string }> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(pod.port), pod.hostname, () => socket.write(bytes));
    socket.setEncoding('utf8').on('data', (part) => {
      if (text === '' && then !== undefined) socket.write(then);
      text += part;
    });
    socket.on('error', reject).on('close', () => {
      const [head = '', body = ''] = text.split('\r\n\r\n');
      resolve({ status: Number(head.split(' ')[1]), headers: head.toLowerCase(), body });
    });
  });
}

function expectSentence(body: string): string {
  expect(body).not.toMatch(/<|DOCTYPE/i);
  const { error } = JSON.parse(body) as { error: { message: string } };
  expect(error.message).toMatch(/^[A-Z].* .*\.$/);
  return error.message;
}

test.each(['', '/', '?a=b', '/?a=b'])('the endpoint is at its path and "%s" [http.path.slash]', async (more) => {
  const session = await openSession(new URL(`/mcp${more}`, deployment.balancer));
  for (const pod of deployment.pods) {
    const url = new URL(`/mcp${more}`, pod);
    expect((await post(url, PING, session.headers)).status).toBe(200);
    const stream = await session.listen(url);
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    await stream.body?.cancel();
  }
  expect((await session.end(new URL(`/mcp${more}`, deployment.balancer))).status).toBe(200);
});

describe('another path', () => {
  test.each(['/sse', '/mcp/x', '/mcp//', '/mcpx', '/%', '/favicon.ico', '/.well-known/oauth-protected-resource'])(
    '%s is answered in JSON with the path of the endpoint [http.path.unknown]',
    async (path) => {
      for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS', 'PUT']) {
        const response = await fetch(new URL(deployment.balancer).origin + path, { method });
        expect([response.status, response.headers.get('content-type')]).toEqual([
          404,
          'application/json; charset=utf-8',
        ]);
        expect(response.headers.get('x-powered-by')).toBeNull();
        expect(expectSentence(await response.text())).toContain('/mcp');
      }
    },
  );
});

test('the root is answered to probes like /readyz, and to others with the path of the endpoint [http.path.root]', async () => {
  const root = new URL('/', deployment.balancer);
  for (const method of ['GET', 'HEAD']) expect((await fetch(root, { method })).status).toBe(200);
  expect(await (await fetch(root)).text()).toContain('/mcp');
  const refused = await fetch(root, { method: 'POST' });
  expect(refused.status).toBe(404);
  expect(expectSentence(await refused.text())).toContain('/mcp');
});

describe('a probe', () => {
  test.each(['/livez', '/readyz', '/startupz'])(
    '%s is asked with GET and HEAD only [http.path.unknown]',
    async (path) => {
      const url = new URL(path, deployment.balancer);
      for (const method of ['GET', 'HEAD']) {
        const response = await fetch(url, { method });
        expect([response.status, response.headers.get('x-powered-by')]).toEqual([200, null]);
      }
      for (const method of ['POST', 'DELETE', 'OPTIONS']) {
        const response = await fetch(url, { method });
        expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
        expectSentence(await response.text());
      }
    },
  );
});

describe('a request that cannot be read', () => {
  test.each<[what: string, status: number, bytes: string]>([
    ['garbage', 400, '\u0000\u0001garbage\r\n\r\n'],
    ['a broken header', 400, 'GET /mcp HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n'],
    ['two lengths', 400, 'POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    [
      'a length and chunks',
      400,
      'POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    ],
    ['no Host', 400, 'GET /mcp HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['no Host elsewhere', 400, 'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['headers that are too large', 431, `GET /mcp HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`],
    ['an odd Expect', 417, 'POST /mcp HTTP/1.1\r\nHost: a\r\nExpect: a-miracle\r\nContent-Length: 0\r\n\r\n'],
  ])('is answered in JSON: %s, %i [http.path.unknown]', async (_what, status, bytes) => {
    const answer = await answerTo(deployment.pods[0], bytes);
    expect(answer.status).toBe(status);
    expect(answer.headers).toContain('content-type: application/json');
    expectSentence(answer.body);
    expect((await fetch(new URL('/livez', deployment.pods[0]))).status).toBe(200);
  });

  test('leaves an answer that is on its way alone [http.path.unknown]', async () => {
    const { host } = deployment.pods[0];
    const session = await openSession(deployment.pods[0]);
    const headers = Object.entries(session.headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const get = `GET /mcp HTTP/1.1\r\nHost: ${host}\r\nAccept: text/event-stream\r\n${headers.join('')}\r\n`;
    const answer = await answerTo(deployment.pods[0], get, '\u0000garbage\r\n\r\n');
    expect(answer.status).toBe(200);
    expect(answer.headers).toContain('content-type: text/event-stream');
    expect(answer.body).not.toContain('jsonrpc');
  });

  test('reads a target that is a whole URL [http.path.slash]', async () => {
    const { host } = deployment.pods[0];
    const body = JSON.stringify(PING);
    const head = `POST http://${host}/mcp HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nContent-Type: application/json`;
    const answer = await answerTo(deployment.pods[0], `${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    expect(answer.status).toBe(400);
    expect(expectSentence(answer.body)).toContain('Mcp-Session-Id');
  });
});
