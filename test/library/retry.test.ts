import { AnypodError } from 'anypod';
import { describe, expect, it } from 'vitest';
import { eventually } from '../cluster/settle.ts';
import { answerOf, call, textOf } from './modern-call.ts';
import { ann, bob, KEY, settle, start } from './retry-fixture.ts';

describe('a repeat of a guarded call', () => {
  it('joins the running one on another pod, and later gets the stored result', async () => {
    const { one, two, started, begun, end } = await start();
    const first = call(one, 'guarded', { auth: ann, args: { a: 1, b: { x: 1, y: 2 } } });
    await begun(1);
    const repeat = call(two, 'guarded', { auth: ann, args: { b: { y: 2, x: 1 }, a: 1 }, id: 'again' });
    await settle();
    end('done');
    expect(await answerOf(first)).toMatchObject({ id: 1, result: { content: [{ text: 'done' }] } });
    expect(await answerOf(repeat)).toMatchObject({ id: 'again', result: { content: [{ text: 'done' }] } });
    const later = await answerOf(call(one, 'guarded', { auth: ann, args: { a: 1, b: { x: 1, y: 2 } }, id: 7 }));
    expect(later).toMatchObject({ jsonrpc: '2.0', id: 7, result: { content: [{ text: 'done' }] } });
    expect(started).toEqual(['guarded']);
  });

  it('joins on the same pod as well', async () => {
    const { one, started, begun, end } = await start({ leaseMs: 60_000 });
    const calls = [1, 2, 3].map((id) => call(one, 'guarded', { auth: ann, id }));
    await begun(1);
    await settle();
    end('done');
    expect((await Promise.all(calls.map(answerOf))).map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(started).toHaveLength(1);
  });

  it('is woken, not timed', async () => {
    const { one, two, begun, end } = await start({ leaseMs: 60_000 });
    const first = call(one, 'guarded', { auth: ann });
    await begun(1);
    const repeat = call(two, 'guarded', { auth: ann });
    await settle();
    end('done');
    expect(await Promise.all([textOf(first), textOf(repeat)])).toEqual(['done', 'done']);
  });

  it('is another call for another principal, another scope, other arguments, another tool', async () => {
    const { one, two, started, begun, end } = await start();
    const calls = [
      call(one, 'guarded', { auth: ann }),
      call(two, 'guarded', { auth: bob }),
      call(two, 'guarded', { auth: { ...ann, scopes: ['a'] } }),
      call(two, 'guarded', { auth: ann, args: { a: 1 } }),
      call(two, 'lasting', { auth: ann }),
    ];
    await begun(calls.length);
    const same = call(two, 'guarded', { auth: { ...ann, token: 'renewed', scopes: ['b', 'a'] } });
    await settle();
    end('done');
    expect(await Promise.all([...calls, same].map(textOf))).toEqual(Array.from({ length: 6 }, () => 'done'));
    expect(started).toHaveLength(calls.length);
  });

  it('runs once the window has passed', async () => {
    const { one, two, started, begun, end } = await start();
    for (const round of [1, 2]) {
      const running = call(round === 1 ? one : two, 'brief', { auth: ann });
      await begun(round);
      end(`${round}`);
      expect(await textOf(running)).toBe(`${round}`);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    expect(started).toHaveLength(2);
  });
});

describe('a call that is not guarded', () => {
  it.each([
    ['the tool does not ask for it', 'plain', { auth: ann, key: KEY }],
    ['an anonymous caller gives no key', 'guarded', {}],
  ])('runs again where %s', async (_why, name, given) => {
    const { one, two, begun, end } = await start();
    const first = call(one, name, given);
    const repeat = call(two, name, given);
    await begun(2);
    end('done');
    expect(await Promise.all([textOf(first), textOf(repeat)])).toEqual(['done', 'done']);
  });

  it('costs no store, and no server but its own', async () => {
    const { one, store, builds, end, begun } = await start();
    store.calls.begin = () => Promise.reject(new Error('asked the store'));
    for (const round of [1, 2, 3]) {
      const before = builds();
      const running = call(one, 'plain', { auth: ann });
      await begun(round);
      end('done');
      expect(await textOf(running)).toBe('done');
      // The first call asks for the tools, once for all.
      expect(builds() - before).toBe(round === 1 ? 2 : 1);
    }
  });

  it('is guarded where the configuration names its tool', async () => {
    const { one, two, started, begun, end } = await start({ retryTools: ['plain'] });
    const first = call(one, 'plain', { auth: ann });
    await begun(1);
    end('done');
    await first;
    await settle();
    expect(await textOf(call(two, 'plain', { auth: ann }))).toBe('done');
    expect(started).toHaveLength(1);
  });
});

describe('an idempotency key', () => {
  it('makes a call of an anonymous caller the same call, and refuses other arguments', async () => {
    const { one, two, started, begun, end } = await start();
    const first = call(one, 'guarded', { key: KEY, args: { a: 1 } });
    await begun(1);
    expect(await textOf(call(two, 'guarded', { key: KEY, args: { a: 2 } }))).toMatchObject({ code: -32602 });
    end('done');
    await first;
    await settle();
    expect(await textOf(call(two, 'guarded', { key: KEY, args: { a: 1 } }))).toBe('done');
    expect(await textOf(call(two, 'guarded', { key: KEY, args: { a: 2 } }))).toMatchObject({ code: -32602 });
    expect(started).toHaveLength(1);
  });

  it('is not shared between principals', async () => {
    const { one, two, begun, end } = await start();
    const calls = [ann, bob, undefined].map((auth) => call(one, 'guarded', { key: KEY, ...(auth && { auth }) }));
    await begun(3);
    end('done');
    await Promise.all(calls);
    const other = call(two, 'guarded', { key: KEY, auth: { ...bob, extra: { iss: 'other', sub: 'bob' } } });
    await begun(4);
    end('other');
    expect(await textOf(other)).toBe('other');
  });

  it.each([17, '', 'x'.repeat(257), 'guessable'])('is refused: %j', async (key) => {
    const { one, started } = await start();
    expect(await textOf(call(one, 'guarded', { key }))).toMatchObject({ code: -32602 });
    expect(started).toEqual([]);
  });
});

describe('what is kept for repeats', () => {
  /** Calls a tool that ends at once, twice, on two pods. */
  async function twice(name: string, more: [object, object] = [{}, {}]) {
    const { one, two, started } = await start();
    const first = await answerOf(call(one, name, { auth: ann, more: more[0] }));
    await settle();
    const second = await answerOf(call(two, name, { auth: ann, more: more[1] }));
    return { first, second, started };
  }

  it('is an error of the tool', async () => {
    const { first, second, started } = await twice('refuses');
    expect(first.result?.['isError']).toBe(true);
    expect(second).toEqual(first);
    expect(started).toHaveLength(1);
  });

  it('is not a question to the client', async () => {
    const { first, second, started } = await twice('asks-guarded');
    expect([first, second].map(({ result }) => result?.['resultType'])).toEqual(['input_required', 'input_required']);
    expect(started).toHaveLength(2);
  });

  it('is not a refusal to serve', async () => {
    const { one, two, started } = await start();
    const refused = await answerOf(call(one, 'asks-guarded', { auth: ann, capabilities: {} }));
    expect(refused.error?.code).toBe(-32021);
    await settle();
    const served = await answerOf(call(two, 'asks-guarded', { auth: ann }));
    expect(served.result?.['resultType']).toBe('input_required');
    expect(started).toHaveLength(2);
  });

  it('is nothing of a call that reached no tool', async () => {
    const { one, two, begun, end } = await start({ leaseMs: 60_000 });
    const refused = await call(one, 'guarded', { auth: ann, nameHeader: 'other' });
    expect(refused.status).toBe(400);
    const served = call(two, 'guarded', { auth: ann });
    await begun(1);
    end('done');
    expect(await textOf(served)).toBe('done');
  });

  it('is a result of one mebibyte at most', async () => {
    const { one, two, started, begun, end } = await start();
    for (const name of ['lasting', 'idempotent']) {
      started.length = 0;
      const first = call(one, name, { auth: ann, args: { times: 1024 * 1024 } });
      await begun(1);
      end('x');
      expect(await textOf(first)).toHaveLength(1024 * 1024);
      await settle();
      const repeat = call(two, name, { auth: ann, args: { times: 1024 * 1024 } });
      if (name === 'lasting') {
        expect(await textOf(repeat)).toMatchObject({
          code: -32603,
          data: { reason: 'result_too_large', retry: false },
        });
        continue;
      }
      await begun(2);
      end('y');
      expect(await textOf(repeat)).toHaveLength(1024 * 1024);
    }
  });
});

describe('a pod that closes', () => {
  it('hands a lasting call that may run again to the pod that waits for it', async () => {
    const { one, two, started, begun, end } = await start();
    const first = call(one, 'idempotent', { auth: ann });
    await begun(1);
    const repeat = call(two, 'idempotent', { auth: ann });
    await settle();
    await one.close();
    await begun(2);
    end('done');
    expect((await answerOf(first)).error?.data?.reason).toBe('draining');
    expect(await textOf(repeat)).toBe('done');
    expect(started).toHaveLength(2);
  });

  it('waits for no call any more', async () => {
    const { one, two, aborted, begun } = await start({ leaseMs: 60_000 });
    const gone = new AbortController();
    void call(one, 'guarded', { auth: ann, signal: gone.signal });
    await begun(1);
    const repeat = answerOf(call(two, 'guarded', { auth: ann }));
    await settle();
    await two.close();
    expect((await repeat).error?.data?.reason).toBe('draining');
    await settle();
    gone.abort();
    await eventually(() => expect(aborted).toEqual(['guarded']));
  });

  it('says of any other lasting call that it was lost', async () => {
    const { one, two, started, begun } = await start({ leaseMs: 60_000 });
    void call(one, 'lasting', { auth: ann });
    await begun(1);
    const repeat = call(two, 'lasting', { auth: ann });
    await settle();
    await one.close();
    expect(await textOf(repeat)).toMatchObject({ code: -32603, data: { reason: 'pod_lost', retry: false } });
    expect(await textOf(call(two, 'lasting', { auth: ann }))).toMatchObject({ data: { reason: 'pod_lost' } });
    expect(started).toHaveLength(1);
  });
});

describe('a store that is away', () => {
  it('refuses guarded calls, and no others', async () => {
    const { one, store, begun, end } = await start();
    store.calls.begin = () => Promise.reject(new AnypodError('store_unavailable', 'away'));
    const refused = await call(one, 'guarded', { auth: ann });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    const served = call(one, 'plain', { auth: ann });
    await begun(1);
    end('done');
    expect(await textOf(served)).toBe('done');
  });

  it('gets the result when it is back', async () => {
    const { one, two, store, started, begun, end } = await start();
    const first = call(one, 'guarded', { auth: ann });
    await begun(1);
    const { complete } = store.calls;
    let failures = 2;
    store.calls.complete = (...args) => {
      failures -= 1;
      return failures >= 0 ? Promise.reject(new AnypodError('store_unavailable', 'away')) : complete(...args);
    };
    end('done');
    expect(await textOf(first)).toBe('done');
    expect(await textOf(call(two, 'guarded', { auth: ann }))).toBe('done');
    expect(started).toHaveLength(1);
  });
});
