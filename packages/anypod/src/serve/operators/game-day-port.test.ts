import { afterEach, describe, expect, it } from 'vitest';
import type { GameDay } from './game-day.ts';
import { serveGameDay } from './game-day-port.ts';
import { askUnderAnotherName, freePort } from './local-port.fixture.ts';

describe('the port of the failure switches', () => {
  const open: GameDay[] = [];
  const lines: unknown[] = [];
  afterEach(() => {
    for (const gameDay of open.splice(0)) gameDay.close();
  });

  async function start(peers = true) {
    const port = await freePort();
    const gameDay = await serveGameDay(port, peers, { warn: (...line: unknown[]) => void lines.push(line) });
    open.push(gameDay);
    const ask = async (method: string, path: string, body?: string, headers = {}) => {
      const init = { method, headers, ...(body === undefined ? {} : { body }) };
      const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
      return { status: response.status, body: (await response.json()) as { error?: string } };
    };
    return { port, gameDay, ask };
  }

  it('turns a switch on and off, and says which are on', async () => {
    const { ask } = await start();
    expect(await ask('GET', '/switches')).toEqual({ status: 200, body: {} });
    const slow = { seconds: 60, ms: 5, share: 0.5 };
    expect(await ask('PUT', '/switches/slow', JSON.stringify(slow))).toEqual({ status: 200, body: { slow } });
    const lease = { seconds: 300, ms: 2000, share: 1 };
    expect((await ask('PUT', '/switches/lease')).body).toEqual({ slow, lease });
    expect((await ask('DELETE', '/switches/slow')).body).toEqual({ lease });
    expect((await ask('DELETE', '/switches/slow')).status).toBe(200);
    expect(lines).toContainEqual([{ switch: 'slow', ...slow }, 'a failure switch was turned on']);
  });

  it.each([
    ['PUT', '/switches/fast', '{}', 404, /there are slow, refuse, lease, inbox/],
    ['PUT', '/switches/__proto__', '{}', 404, /no such switch/],
    ['PUT', '/switches/slow', '{', 400, /must be a JSON object/],
    ['PUT', '/switches/slow', `{"x":"${'x'.repeat(2000)}"}`, 400, /at most 1 KB/],
    ['PUT', '/switches/slow', '{"seconds":1e9}', 400, /3600/],
    ['PUT', '/switches/slow', '{"share":2}', 400, /share/],
    ['PUT', '/switches/slow', '{"sloww":2}', 400, /sloww/],
    ['PUT', '/switches/%', '{}', 400, /./],
    ['POST', '/switches/slow', '{}', 404, /Use GET/],
    ['GET', '/', undefined, 404, /Use GET/],
  ])('answers %s %s %s with %i', async (method, path, sent, status, error) => {
    const { ask } = await start();
    const answer = await ask(method, path, sent);
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatch(error);
    expect((await ask('GET', '/switches')).body).toEqual({});
  });

  it('refuses pages of a browser, also under a name of their own [gameday.port]', async () => {
    const { ask, port } = await start();
    expect((await ask('PUT', '/switches/slow', '{}', { origin: 'http://evil.test' })).status).toBe(403);
    expect(await askUnderAnotherName(port, '/switches')).toBe(403);
    expect((await ask('GET', '/switches')).body).toEqual({});
  });

  it('has no lease to drop and no mail to hold without Redis', async () => {
    const { ask } = await start(false);
    expect((await ask('PUT', '/switches/lease', '{}')).status).toBe(409);
    expect((await ask('PUT', '/switches/inbox', '{}')).status).toBe(409);
    expect((await ask('PUT', '/switches/refuse', '{}')).status).toBe(200);
  });

  it('turns a switch off when its time is up', async () => {
    const { gameDay } = await start();
    gameDay.turnOn('refuse', { seconds: 0.05, ms: 0, share: 1 });
    await expect(gameDay.before()).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect.poll(() => gameDay.on, { timeout: 30_000 }).toEqual({});
    await expect(gameDay.before()).resolves.toBeUndefined();
  });

  it('logs a line for each change, with its cause', async () => {
    lines.splice(0);
    const { ask, gameDay } = await start();
    const off = (name: string, cause: string) => [{ switch: name, cause }, 'a failure switch was turned off'];
    await ask('PUT', '/switches/slow');
    await ask('DELETE', '/switches/slow');
    await ask('DELETE', '/switches/slow');
    expect(lines.splice(0).slice(-2)).toEqual([
      [{ switch: 'slow', seconds: 300, ms: 2000, share: 1 }, 'a failure switch was turned on'],
      off('slow', 'request'),
    ]);
    gameDay.turnOn('refuse', { seconds: 0.05, ms: 0, share: 1 });
    await expect.poll(() => lines, { timeout: 30_000 }).toContainEqual(off('refuse', 'time'));
    await ask('PUT', '/switches/inbox');
    gameDay.close();
    expect(lines.at(-1)).toEqual(off('inbox', 'drain'));
    const changes = lines.length;
    gameDay.close();
    expect(lines).toHaveLength(changes);
  });

  it('says that its port is in use', async () => {
    const { port } = await start();
    await expect(serveGameDay(port, true, { warn: () => undefined })).rejects.toThrow(
      /ANYPOD_GAME_DAY_PORT: .*EADDRINUSE/,
    );
  });
});
