import { afterEach, describe, expect, it } from 'vitest';
import { AnypodError } from '../../core/errors.ts';
import { silentLog } from '../../core/log.ts';
import { createMemoryStore } from '../../memory/index.ts';
import { serveAdmin } from './admin-port.ts';
import { askUnderAnotherName, freePort } from './local-port.fixture.ts';

const token = 'a-token-that-only-tests-may-use-0123';
const authorization = `Bearer ${token}`;
const initialize = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
const IDS = ['first-session-0123456789', 'other-session-0123456789'];

describe('the admin port', () => {
  const open: { close(): void }[] = [];
  afterEach(() => {
    for (const one of open.splice(0)) one.close();
  });

  async function start(faulty: Partial<ReturnType<typeof createMemoryStore>['inspection']> = {}) {
    const port = await freePort();
    const store = createMemoryStore();
    for (const id of IDS) {
      await store.sessions.create({ id, protocolVersion: '2025-11-25', initialize, createdAt: 1 }, 'pod');
    }
    const inspection = { ...store.inspection, ...faulty };
    open.push(await serveAdmin({ port, token, store, inspection, log: silentLog }), {
      close: () => void store.close(),
    });
    const ask = async (path: string, init: RequestInit = {}) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization }, ...init });
      return { status: response.status, headers: response.headers, text: await response.text() };
    };
    return { port, store, ask };
  }

  it.each([
    ['no token', {}],
    ['another token', { authorization: `${authorization}x` }],
    ['the token without its scheme', { authorization: token }],
    ['the token as a password', { authorization: `Basic ${Buffer.from(`x:${token}`).toString('base64')}` }],
  ])('gives nothing for %s [host.admin.token]', async (_, headers) => {
    const { ask, store } = await start();
    for (const path of ['/pods', '/sessions', '/sessions/first', '/sessions/first/messages', '/none']) {
      const { status, text, headers: answered } = await ask(path, { headers });
      expect([status, answered.get('www-authenticate'), answered.get('anypod-admin')]).toEqual([401, 'Bearer', '1']);
      expect(JSON.parse(text)).toEqual({ error: expect.stringMatching(/ANYPOD_ADMIN_TOKEN/) });
    }
    expect((await ask('/sessions/first', { method: 'DELETE', headers })).status).toBe(401);
    expect(await store.sessions.touch(IDS[0] ?? '')).toBe(true);
  });

  it('refuses pages of a browser, also under a name of their own [host.admin.local]', async () => {
    const { ask, port } = await start();
    expect((await ask('/pods', { headers: { authorization, origin: 'http://evil.test' } })).status).toBe(403);
    expect(await askUnderAnotherName(port, '/pods', { authorization })).toBe(403);
    expect((await ask('/pods')).status).toBe(200);
  });

  it.each([
    ['GET', '/sessions/none-such', 404],
    ['GET', '/sessions/none-such/messages', 404],
    ['DELETE', '/sessions/none-such', 404],
    ['GET', '/sessions/abc', 400],
    ['GET', '/sessions/*****', 400],
    ['GET', '/sessions/%', 400],
    ['GET', '/sessions?limit=0', 400],
    ['GET', '/sessions?limit=1&limit=2', 400],
    ['GET', '/', 404],
    ['POST', '/sessions', 404],
  ])('answers %s %s with %i', async (method, path, status) => {
    const { ask } = await start();
    const answer = await ask(path, { method });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toEqual({ error: expect.stringMatching(/^[A-Za-z].*\.$/) });
  });

  it('tells apart sessions that begin alike, and never names one whole', async () => {
    const { ask, store } = await start();
    await store.sessions.create(
      { id: 'first-session-9', protocolVersion: '2025-11-25', initialize, createdAt: 2 },
      'p',
    );
    expect((await ask('/sessions/first', { method: 'DELETE' })).status).toBe(409);
    const texts = await Promise.all(
      ['/sessions', '/sessions?beginning=first', '/sessions/other', '/sessions/other/messages?once=1'].map(
        async (path) => (await ask(path)).text,
      ),
    );
    for (const text of texts) for (const id of IDS) expect(text).not.toContain(id);
    expect(JSON.parse(texts[1] ?? '')).toEqual({ sessions: ['first-session-', 'first-session-'] });
  });

  it('says that the store is away, also while it sends messages', async () => {
    const away = () =>
      Promise.reject(new AnypodError('store_unavailable', 'Redis does not answer; try again shortly.'));
    const { ask } = await start({
      pods: away,
      // biome-ignore lint/correctness/useYield: it fails before it has anything to yield.
      async *follow() {
        await away();
      },
    });
    expect(await ask('/pods')).toMatchObject({ status: 503, text: expect.stringContaining('Redis does not answer') });
    const stream = await ask('/sessions/first/messages');
    expect(stream).toMatchObject({ status: 200, text: expect.stringContaining('{"error":"Redis does not answer') });
  });

  it('says that its port is in use', async () => {
    const { port, store } = await start();
    const again = serveAdmin({ port, token, store, inspection: store.inspection, log: silentLog });
    await expect(again).rejects.toThrow(/ANYPOD_ADMIN_PORT: .*EADDRINUSE/);
  });
});
