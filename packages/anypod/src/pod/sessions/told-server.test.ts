import { afterEach, describe, expect, it, vi } from 'vitest';
import type { JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { silentLog } from '../../core/log.ts';
import type { HostedServer } from '../../core/server-host.ts';
import type { Session } from '../../core/session/session.ts';
import { ToldServer } from './told-server.ts';

const ok: JsonRpcResponse = { jsonrpc: '2.0', id: 1, result: {} };
const refused: JsonRpcResponse = { jsonrpc: '2.0', id: 1, error: { code: -32000, message: 'secret words' } };

function setUp(answers: { ask?: () => Promise<JsonRpcResponse>; notify?: () => Promise<void> } = {}) {
  const said: string[] = [];
  const hosted: HostedServer = {
    capabilities: {},
    request: () => undefined,
    abort: () => undefined,
    deliver: () => undefined,
    notify: async ({ method, params }) => {
      said.push(`${method} ${JSON.stringify(params ?? {})}`);
      await answers.notify?.();
    },
    challenge: () => undefined,
    handles: (method) => method !== 'resources/unsubscribe',
    ask: async (method, params) => {
      said.push(`${method} ${JSON.stringify(params)}`);
      return answers.ask?.() ?? ok;
    },
    registry: undefined,
    toolHints: async () => undefined,
    close: async () => undefined,
  };
  const log = { ...silentLog, warn: vi.fn<(fields: object, message: string) => void>() };
  return { said, log, told: new ToldServer(hosted, log) };
}

const sessionOf = (logLevel: string | undefined, ...uris: string[]) =>
  ({ ...(logLevel !== undefined && { logLevel }), subscriptions: new Set(uris) }) as unknown as Session;

describe('a server', () => {
  afterEach(() => void vi.useRealTimers());

  it('is told level and subscriptions once, and again what has changed', async () => {
    const { said, told } = setUp();
    await told.align(sessionOf('error', 'x://1'));
    await told.align(sessionOf('error', 'x://1'));
    expect(said.splice(0)).toEqual(['logging/setLevel {"level":"error"}', 'resources/subscribe {"uri":"x://1"}']);
    await told.align(sessionOf('debug', 'x://1', 'x://2'));
    expect(said).toEqual(['logging/setLevel {"level":"debug"}', 'resources/subscribe {"uri":"x://2"}']);
  });

  it('is not sent a request for which it has no handler', async () => {
    const { said, told } = setUp();
    await told.align(sessionOf(undefined, 'x://1'));
    await told.align(sessionOf(undefined));
    expect(said).toEqual(['resources/subscribe {"uri":"x://1"}']);
  });

  it('is not told a value that a request of the client changes, until the change is recorded', async () => {
    const { said, told } = setUp();
    const recorded = [told.levelSet('error'), told.subscriptionSet('x://1', true)];
    await told.align(sessionOf('debug'));
    expect(said).toEqual([]);
    for (const done of recorded) done();
    await told.align(sessionOf('error', 'x://1'));
    expect(said).toEqual([]);
    await told.align(sessionOf('debug'));
    expect(said).toEqual(['logging/setLevel {"level":"debug"}']);
  });

  it('gets each notification once, and none that is older than one of its kind', async () => {
    const { said, told } = setUp();
    const notes = [
      { number: 1, method: 'a' },
      { number: 3, method: 'b' },
      { number: 1, method: 'a' },
      { number: 2, method: 'b' },
      { number: 2, method: 'a', params: { n: 2 } },
      { method: 'a' },
      { method: 'a' },
    ];
    for (const note of notes) await told.notify(note);
    expect(said).toEqual(['a {}', 'b {}', 'a {"n":2}', 'a {}', 'a {}']);
  });

  it('whose handler refuses a request that another pod’s accepted is logged without its message', async () => {
    const { log, told } = setUp({ ask: async () => refused });
    await told.align(sessionOf('error'));
    expect(log.warn).toHaveBeenCalledOnce();
    expect(JSON.stringify(log.warn.mock.calls)).not.toContain('secret');
  });

  it('that does not settle is waited for up to a second', async () => {
    vi.useFakeTimers();
    const { told } = setUp({ ask: () => new Promise(() => undefined), notify: () => new Promise(() => undefined) });
    const waits = [told.align(sessionOf('error')), told.notify({ method: 'a' })];
    const done = vi.fn<() => void>();
    void Promise.all(waits).then(done);
    await vi.advanceTimersByTimeAsync(999);
    expect(done).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(done).toHaveBeenCalledOnce();
  });

  it('that has not settled is told the rest, and waited for a second in all', async () => {
    vi.useFakeTimers();
    const { said, told } = setUp({ notify: () => new Promise(() => undefined) });
    const notifications = ['a', 'b', 'c'].map((method, index) => ({ method, number: index + 1 }));
    const done = vi.fn<() => void>();
    void told.tell({ ...sessionOf('error'), notifications }).then(done);
    await vi.advanceTimersByTimeAsync(1000);
    expect(done).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(2000);
    expect(said).toEqual(['a {}', 'b {}', 'c {}', 'logging/setLevel {"level":"error"}']);
  });

  it('that fails to get a notification gets the next one', async () => {
    const { said, log, told } = setUp({ notify: () => Promise.reject(new Error('broken')) });
    const notifications = ['a', 'b'].map((method, index) => ({ method, number: index + 1 }));
    await told.tell({ ...sessionOf(undefined), notifications });
    expect(said).toEqual(['a {}', 'b {}']);
    expect(log.warn).toHaveBeenCalledTimes(2);
  });

  it('that asks the client is not waited for', async () => {
    vi.useFakeTimers();
    const { told } = setUp({ notify: () => new Promise(() => undefined) });
    const waiting = told.notify({ method: 'a' });
    told.asks();
    await waiting;
    expect(vi.getTimerCount()).toBe(0);
  });
});
