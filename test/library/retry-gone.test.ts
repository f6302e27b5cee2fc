import { describe, expect, it } from 'vitest';
import { eventually } from '../cluster/settle.ts';
import { call, textOf } from './modern-call.ts';
import { ann, settle, start } from './retry-fixture.ts';

describe('a client that goes', () => {
  it('ends a cancellable call, and its repeat runs', async () => {
    const { one, two, aborted, begun, end } = await start();
    const gone = new AbortController();
    const first = call(one, 'guarded', { auth: ann, signal: gone.signal });
    await begun(1);
    gone.abort();
    await eventually(() => expect(aborted).toEqual(['guarded']));
    const repeat = call(two, 'guarded', { auth: ann });
    await begun(2);
    end('second');
    expect(await textOf(repeat)).toBe('second');
    expect((await first).status).toBe(499);
  });

  it('does not end a cancellable call that its repeat waits for already', async () => {
    const { one, two, started, aborted, begun, end } = await start();
    const gone = new AbortController();
    void call(one, 'guarded', { auth: ann, signal: gone.signal });
    await begun(1);
    const repeat = call(two, 'guarded', { auth: ann });
    await settle();
    gone.abort();
    await settle();
    end('done');
    expect(await textOf(repeat)).toBe('done');
    expect({ started, aborted }).toEqual({ started: ['guarded'], aborted: [] });
  });

  it('does end it where the repeat went as well', async () => {
    const { one, two, aborted, begun } = await start();
    const [first, second] = [new AbortController(), new AbortController()];
    void call(one, 'guarded', { auth: ann, signal: first.signal });
    await begun(1);
    void call(two, 'guarded', { auth: ann, signal: second.signal });
    await settle();
    second.abort();
    await settle();
    first.abort();
    await eventually(() => expect(aborted).toEqual(['guarded']));
  });

  it('leaves a lasting call running, whose result waits for the repeat', async () => {
    const { one, two, started, aborted, begun, end } = await start();
    const gone = new AbortController();
    void call(one, 'lasting', { auth: ann, signal: gone.signal });
    await begun(1);
    gone.abort();
    await settle();
    expect(one.busy).toBe(1);
    end('done');
    await eventually(() => expect(one.busy).toBe(0));
    expect(await textOf(call(two, 'lasting', { auth: ann }))).toBe('done');
    expect({ started, aborted }).toEqual({ started: ['lasting'], aborted: [] });
  });

  it('leaves a lasting call running that had begun to stream', async () => {
    const { one, two, started, begun, end } = await start();
    const response = await call(one, 'streams', { auth: ann });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    await begun(1);
    await response.body?.cancel();
    await settle();
    expect(one.busy).toBe(1);
    end('done');
    await eventually(() => expect(one.busy).toBe(0));
    expect(await textOf(call(two, 'streams', { auth: ann }))).toBe('done');
    expect(started).toEqual(['streams']);
  });
});
