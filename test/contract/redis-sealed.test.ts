import { createSealer } from 'anypod';
import { createRedisStore } from 'anypod/redis';
import { describeStore, sampleRecord } from 'anypod/testing';
import { describe, expect, it, vi } from 'vitest';
import { redisSubject } from './redis-subject.ts';
import { useTwoClients } from './two-clients.ts';

const OLD = 'the old payload key of thirty-two bytes';
const NEW = 'the new payload key of thirty-two bytes';

/** A call as a task keeps it. */
const CALL = {
  tool: 'report',
  params: {},
  headers: {},
  owner: 'alice',
  createdAt: 0,
  ttlMs: 60_000,
  pollIntervalMs: 1000,
  rerunnable: false,
  freshAuth: false,
};

const clients = useTwoClients();

// In the middle of a rotation each pod meets what the other has written.
describeStore(
  { describe, it },
  redisSubject('the store over Redis, sealed, while its keys rotate', () => clients, {
    sealers: { a: createSealer([OLD, NEW, 'plain']), b: createSealer([NEW, 'plain', OLD]) },
  }),
);

describe('what another key has sealed', () => {
  const unreadable = expect.objectContaining({ code: 'payload_unreadable' });
  const at = { session: 's', stream: 'x' };

  /** Two pods that cannot read each other's data. */
  function strangers(prefix: string) {
    const errors: unknown[] = [];
    const onError = (error: unknown) => void errors.push(error);
    const one = createRedisStore(clients.a, { prefix, sealer: createSealer([OLD]) });
    const other = createRedisStore(clients.b, { prefix, sealer: createSealer([NEW]), onError });
    return { one, other, errors, close: () => Promise.all([one.close(), other.close()]) };
  }

  it('is refused, and so is what has been moved', async () => {
    const { one, other, close } = strangers('refused');
    await one.sessions.create(sampleRecord('s'), 'pod-a');
    await expect(other.sessions.load('s', 'pod-b')).rejects.toEqual(unreadable);
    await clients.a.hset('refused:v1:session:{t}', 'r', (await clients.a.hget('refused:v1:session:{s}', 'r')) ?? '');
    await expect(one.sessions.load('t', 'pod-a')).rejects.toEqual(unreadable);
    expect((await one.sessions.load('s', 'pod-a'))?.record).toEqual(sampleRecord('s'));
    await close();
  });

  it('ends a task that a pod has taken, so that nobody waits for it', async () => {
    const { one, other, errors, close } = strangers('tasks');
    await one.tasks.create('t', CALL, 10);
    const onTask = vi.fn();
    await other.tasks.work('pod-b', { room: async () => 1, onTask, onError: (error) => void errors.push(error) });
    await vi.waitFor(async () => expect(await clients.a.hget('tasks:v1:{tasks}:task:t', 'p')).toBe('ended'), {
      timeout: 30_000,
    });
    expect(onTask).not.toHaveBeenCalled();
    expect(errors).toEqual([unreadable]);
    await close();
  });

  it('is skipped in an inbox, which the pod learns, and in the log of changes', async () => {
    const { one, other, errors, close } = strangers('mail');
    const [onMessage, onGap] = [vi.fn(), vi.fn()];
    await other.inbox.listen('pod-b', onMessage, onGap);
    const mail = (call: string) => ({ type: 'call-ended', call }) as const;
    await one.inbox.send('pod-b', mail('foreign'));
    await other.inbox.send('pod-b', mail('own'));
    await vi.waitFor(() => expect(onMessage).toHaveBeenCalledWith(mail('own')), { timeout: 30_000 });
    expect([onMessage.mock.calls.length, onGap.mock.calls.length]).toEqual([1, 1]);
    await one.changes.publish({ kind: 'tools_list_changed' });
    await other.changes.publish({ kind: 'prompts_list_changed' });
    expect((await other.changes.after('0-0')).map(({ change }) => change.kind)).toEqual(['prompts_list_changed']);
    expect(errors).toEqual([unreadable, unreadable]);
    await close();
  });

  it('of a lost pod leaves nothing to run, so that its log can be ended', async () => {
    const { one, other, errors, close } = strangers('lost');
    await one.sessions.create(sampleRecord('s'), 'pod-a');
    await one.events.open(at, 'pod-a', 1, '[{"id":1}]');
    await one.events.append(at, 1, [{ seq: 1, data: '{}' }], false);
    expect(await other.events.takeOver(at, 'pod-a', 'pod-b')).toMatchObject({ epoch: 2, requests: '[]', events: [] });
    expect(await other.events.finish(at, 2)).toMatchObject({ state: 'stored' });
    expect(errors).toEqual([unreadable]);
    await close();
  });
});
