import { describe, expect, it } from 'vitest';
import { silentWatch } from '../../core/meter.ts';
import type { WebReply } from '../../core/reply.ts';
import { createModernCalls } from './modern-calls.ts';

const never = new Promise<never>(() => undefined);

/** A reply that notes what was answered. */
function recordReply(): { reply: WebReply; said: unknown[] } {
  const said: unknown[] = [];
  const reply: WebReply = {
    watch: silentWatch,
    form: 'either',
    json: (status, body, headers) => said.push([status, JSON.parse(body), headers ?? {}]),
    empty: (status) => said.push([status]),
    response: (response) => said.push([response.status]),
    stream: () => ({
      open: true,
      send: ({ data }) => {
        said.push(JSON.parse(data));
        return true;
      },
      drained: async () => undefined,
      end: () => said.push('end'),
      onClose: () => undefined,
    }),
  };
  return { reply, said };
}

const draining = (id: unknown) => ({ id, error: { code: -32603, data: { reason: 'draining' } } });

describe('modern calls', () => {
  it('pass plain answers on and are then no longer busy', async () => {
    const calls = createModernCalls();
    const { reply, said } = recordReply();
    const call = calls.run(1, reply, async (to) => to.json(200, '{}', { 'x-more': '1' }));
    expect(calls.busy).toBe(1);
    await call;
    expect(said).toEqual([[200, {}, { 'x-more': '1' }]]);
    expect(calls.busy).toBe(0);
  });

  it('count until they have ended, however long their stream has been open', async () => {
    const calls = createModernCalls();
    const { reply, said } = recordReply();
    const { promise, resolve } = Promise.withResolvers<void>();
    const call = calls.run(1, reply, async (to) => {
      const sink = to.stream('request');
      sink.send({ data: '1' });
      await promise;
      sink.end();
    });
    expect(calls.busy).toBe(1);
    resolve();
    await call;
    expect(said).toEqual([1, 'end']);
    expect(calls.busy).toBe(0);
  });

  it('get an error in their own form when the pod leaves, and then send nothing more', async () => {
    const calls = createModernCalls();
    const [plain, streamed] = [recordReply(), recordReply()];
    let late: WebReply | undefined;
    void calls.run(1, plain.reply, (to) => {
      late = to;
      return never;
    });
    void calls.run('two', streamed.reply, (to) => {
      to.stream('request').send({ data: '1' });
      return never;
    });
    calls.end();
    late?.json(200, '{}');
    late?.stream('request').send({ data: '2' });
    expect(plain.said).toMatchObject([[503, draining(1), { 'retry-after': '1' }]]);
    expect(plain.said).toHaveLength(1);
    expect(streamed.said).toMatchObject([1, draining('two'), 'end']);
    expect(calls.busy).toBe(0);
  });

  it('that fail are no longer busy', async () => {
    const calls = createModernCalls();
    const { reply } = recordReply();
    await expect(calls.run(1, reply, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(calls.busy).toBe(0);
  });
});
