import assert from 'node:assert/strict';
import type { TaskStore } from '../core/store/task-store.ts';
import type { TaskOutcome } from '../core/task/task.ts';
import { sampleCall } from './sample-task.ts';
import { type Contract, eventually } from './subject.ts';

const LIMIT = 100;
const DONE: TaskOutcome = { kind: 'result', json: '{"content":[]}' };
const LOST: TaskOutcome = { kind: 'error', json: '{"code":-32603,"message":"lost"}' };
const ASKS = { questions: { one: '{"method":"a"}', two: '{"method":"b"}' }, parked: false };

async function running(tasks: TaskStore, id = 't', more = {}): Promise<void> {
  assert.equal(await tasks.create(id, sampleCall(more), LIMIT, 'pod-a'), 'stored');
}

export const taskStoreContract: Contract = {
  of: 'tasks',
  holds: {
    'are there for every pod as soon as they are created': async ({ a, b }) => {
      const call = sampleCall({ session: 's', claims: { clientId: 'c', scopes: ['x'] } });
      await a.tasks.create('t', call, LIMIT);
      const task = await b.tasks.read('t');
      assert.deepEqual(task?.call, call);
      const { phase, run, losses, questions, answers } = task;
      assert.deepEqual(
        { phase, run, losses, questions, answers },
        {
          phase: 'queued',
          run: 0,
          losses: 0,
          questions: {},
          answers: {},
        },
      );
      assert.equal(await b.tasks.read('other'), undefined);
    },

    'are unknown to other owners, who cannot watch them': async ({ a, b }) => {
      await running(a.tasks);
      assert.equal((await b.tasks.read('t', 'alice'))?.id, 't');
      assert.equal(await b.tasks.read('t', 'eve'), undefined);
      assert.equal(await b.tasks.watch('t', 'pod-b', 'eve'), undefined);
      assert.deepEqual((await b.tasks.read('t'))?.watching, []);
      assert.deepEqual((await b.tasks.watch('t', 'pod-b', 'alice'))?.watching, ['pod-b']);
    },

    'are created once however often the create is repeated': async ({ a, b }) => {
      await running(a.tasks);
      await a.tasks.end('t', 1, 'pod-a', 'alice', DONE);
      assert.equal(await b.tasks.create('t', sampleCall(), LIMIT), 'exists');
      assert.equal((await b.tasks.read('t'))?.phase, 'ended');
      assert.equal(await b.tasks.queued(), 0);
    },

    'of an owner may be so many at a time': async ({ a, b }) => {
      assert.equal(await a.tasks.create('1', sampleCall(), 2, 'pod-a'), 'stored');
      assert.equal(await a.tasks.create('2', sampleCall(), 2), 'stored');
      assert.equal(await b.tasks.create('3', sampleCall(), 2), 'full');
      assert.equal(await b.tasks.read('3'), undefined);
      assert.equal(await b.tasks.create('4', sampleCall({ owner: 'bob' }), 2), 'stored');
      await a.tasks.end('1', 1, 'pod-a', 'alice', DONE);
      assert.equal(await b.tasks.create('3', sampleCall(), 2), 'stored');
      await a.tasks.cancel('2', 'alice');
      assert.equal(await b.tasks.create('5', sampleCall(), 2), 'stored');
    },

    'end with the outcome of their run, once': async ({ a, b }) => {
      await running(a.tasks);
      await b.tasks.watch('t', 'pod-b');
      assert.deepEqual(await a.tasks.end('t', 1, 'pod-a', 'alice', DONE), { watching: ['pod-b'] });
      assert.deepEqual((await b.tasks.read('t'))?.outcome, DONE);
      assert.notEqual(await a.tasks.end('t', 1, 'pod-a', 'alice', LOST), undefined);
      assert.equal(await b.tasks.cancel('t', 'alice'), undefined);
      assert.equal(await a.tasks.report('t', 1, 'late'), undefined);
      assert.equal(await a.tasks.pause('t', 1, 'pod-a', ASKS), undefined);
      assert.equal(await b.tasks.lose('t', 'pod-a', 'alice', 1, LOST, 'lost'), undefined);
      const task = await b.tasks.read('t');
      assert.deepEqual([task?.phase, task?.outcome, task?.message], ['ended', DONE, undefined]);
    },

    'stay cancelled': async ({ a, b }) => {
      await running(a.tasks);
      await b.tasks.watch('t', 'pod-b');
      assert.deepEqual(await b.tasks.cancel('t', 'alice'), { pod: 'pod-a', watching: ['pod-b'] });
      assert.equal(await b.tasks.cancel('t', 'alice'), undefined);
      assert.equal(await a.tasks.end('t', 1, 'pod-a', 'alice', DONE), undefined);
      const task = await a.tasks.read('t');
      assert.deepEqual([task?.phase, task?.outcome, task?.pod], ['cancelled', undefined, undefined]);
    },

    'tell the state of a run that waits when they are cancelled': async ({ a, b }) => {
      await running(a.tasks);
      await a.tasks.pause('t', 1, 'pod-a', { ...ASKS, state: 'sealed' });
      assert.deepEqual(await b.tasks.cancel('t', 'alice'), { state: 'sealed', watching: [] });
      assert.equal((await a.tasks.read('t'))?.state, undefined);
    },

    'tell what they do while they run': async ({ a, b }) => {
      await running(a.tasks);
      await b.tasks.watch('t', 'pod-b');
      assert.deepEqual(await a.tasks.report('t', 1, 'half'), { watching: ['pod-b'] });
      assert.equal((await b.tasks.read('t'))?.message, 'half');
      assert.equal(await a.tasks.report('t', 2, 'other'), undefined);
      await b.tasks.unwatch('t', 'pod-b');
      assert.deepEqual(await a.tasks.report('t', 1, 'more'), { watching: [] });
    },

    'take the answers to their questions one by one, and are then queued': async ({ a, b }) => {
      await running(a.tasks);
      assert.notEqual(await a.tasks.pause('t', 1, 'pod-a', { ...ASKS, state: '' }), undefined);
      let task = await b.tasks.read('t');
      assert.deepEqual(
        [task?.phase, task?.pod, task?.state, task?.questions],
        ['waiting', undefined, '', ASKS.questions],
      );
      assert.equal((await b.tasks.answer('t', { three: '3' })).kind, 'ignored');
      assert.equal((await b.tasks.answer('t', { one: '1', three: '3' })).kind, 'partial');
      assert.equal((await a.tasks.answer('t', { one: '9' })).kind, 'ignored');
      assert.deepEqual(Object.keys((await a.tasks.read('t'))?.questions ?? {}), ['two']);
      assert.equal((await a.tasks.answer('t', { two: '2' })).kind, 'resumed');
      assert.equal((await b.tasks.answer('t', { two: '2' })).kind, 'ignored');
      task = await b.tasks.read('t');
      assert.deepEqual([task?.phase, task?.answers, task?.questions], ['queued', { one: '1', two: '2' }, {}]);
      assert.equal(await a.tasks.queued(), 1);
      assert.equal(await a.tasks.end('t', 1, 'pod-a', 'alice', DONE), undefined);
    },

    'run on after the last answer if their handler waits': async ({ a, b }) => {
      await running(a.tasks);
      await a.tasks.pause('t', 1, 'pod-a', { questions: { one: '{}' }, parked: true });
      await a.tasks.pause('t', 1, 'pod-a', { questions: { two: '{}' }, parked: true });
      assert.deepEqual(Object.keys((await b.tasks.read('t'))?.questions ?? {}), ['one', 'two']);
      assert.equal((await b.tasks.answer('t', { one: '1' })).kind, 'partial');
      assert.equal((await b.tasks.answer('t', { two: '2' })).kind, 'resumed');
      const task = await b.tasks.read('t');
      assert.deepEqual([task?.phase, task?.pod], ['running', 'pod-a']);
      assert.notEqual(await a.tasks.end('t', 1, 'pod-a', 'alice', DONE), undefined);
    },

    'of a lost pod run again as often as they may': async ({ a, b }) => {
      await running(a.tasks, 't', { rerunnable: true });
      assert.deepEqual(await b.tasks.heldBy('pod-a'), ['t']);
      assert.equal((await b.tasks.lose('t', 'pod-a', 'alice', 1, LOST, 'lost'))?.kind, 'requeued');
      assert.equal(await b.tasks.lose('t', 'pod-a', 'alice', 1, LOST, 'lost'), undefined);
      assert.equal(await a.tasks.end('t', 1, 'pod-a', 'alice', DONE), undefined);
      assert.deepEqual(await b.tasks.heldBy('pod-a'), []);
      const taken: string[] = [];
      const worker = await b.tasks.work('pod-b', {
        room: async () => 1,
        onTask: ({ id, run, pod }) => void taken.push(`${id} ${run} ${pod}`),
        onError: () => undefined,
      });
      await eventually('taken', () => taken.length === 1);
      assert.deepEqual(taken, ['t 3 pod-b']);
      assert.equal((await a.tasks.lose('t', 'pod-b', 'alice', 1, LOST, 'lost twice'))?.kind, 'failed');
      const task = await a.tasks.read('t');
      assert.deepEqual([task?.phase, task?.outcome, task?.message, task?.losses], ['ended', LOST, 'lost twice', 2]);
      await worker.stop();
    },

    'of a lost pod end if they may not run again, also while they wait for an answer': async ({ a, b }) => {
      await running(a.tasks, 'one');
      await running(a.tasks, 'two');
      await a.tasks.pause('two', 1, 'pod-a', { questions: { q: '{}' }, parked: true });
      assert.deepEqual([...(await b.tasks.heldBy('pod-a'))].sort(), ['one', 'two']);
      for (const id of ['one', 'two']) {
        assert.equal((await b.tasks.lose(id, 'pod-a', 'alice', 1, LOST, 'lost'))?.kind, 'failed');
        assert.deepEqual((await a.tasks.read(id))?.outcome, LOST);
      }
      assert.equal((await b.tasks.answer('two', { q: '1' })).kind, 'ignored');
    },

    'keep their answers if the run that has them is lost': async ({ a, b }) => {
      await running(a.tasks, 't', { rerunnable: true });
      await a.tasks.pause('t', 1, 'pod-a', { questions: { q: '{}' }, state: 's', parked: false });
      await b.tasks.answer('t', { q: '"yes"' });
      const runs: unknown[] = [];
      const work = (on: TaskStore, pod: string) =>
        on.work(pod, {
          room: async () => 1,
          onTask: ({ answers, state }) => void runs.push([answers, state]),
          onError: () => undefined,
        });
      const first = await work(a.tasks, 'pod-a');
      await eventually('taken', () => runs.length === 1);
      await first.stop();
      await b.tasks.lose('t', 'pod-a', 'alice', 1, LOST, 'lost');
      const second = await work(b.tasks, 'pod-b');
      await eventually('taken again', async () => {
        // The first reader may have been given the task while its connection was closing.
        await b.tasks.requeue(1);
        return runs.length === 2;
      });
      assert.deepEqual(runs, [
        [{ q: '"yes"' }, 's'],
        [{ q: '"yes"' }, 's'],
      ]);
      await second.stop();
    },

    'are each given to one pod that has room': async ({ a, b }) => {
      const taken: string[] = [];
      const start = (on: TaskStore, pod: string, most: number) => {
        let left = most;
        const room = (signal: AbortSignal): Promise<number> =>
          left > 0
            ? Promise.resolve(left)
            : new Promise((resolve) => signal.addEventListener('abort', () => resolve(0), { once: true }));
        const onTask = (task: { id: string }) => {
          left -= 1;
          taken.push(`${pod} ${task.id}`);
        };
        return on.work(pod, { room, onTask, onError: () => undefined });
      };
      const workers = [await start(a.tasks, 'pod-a', 3), await start(b.tasks, 'pod-b', 4)];
      for (let n = 0; n < 10; n += 1) await a.tasks.create(`t${n}`, sampleCall(), LIMIT);
      await eventually('both are full', () => taken.length === 7);
      assert.equal(new Set(taken.map((entry) => entry.split(' ')[1])).size, 7);
      assert.equal(taken.filter((entry) => entry.startsWith('pod-a')).length, 3);
      for (const worker of workers) await worker.stop();
      const rest = await start(a.tasks, 'pod-c', 100);
      await b.tasks.heldBy('pod-a');
      await eventually('the rest', async () => {
        await b.tasks.requeue(1);
        return taken.length === 10;
      });
      await rest.stop();
    },

    'that were cancelled in the queue are given to nobody': async ({ a, b }) => {
      await a.tasks.create('t', sampleCall(), LIMIT);
      assert.deepEqual(await b.tasks.cancel('t', 'alice'), { watching: [] });
      const taken: string[] = [];
      const onTask = ({ id }: { id: string }) => void taken.push(id);
      const worker = await a.tasks.work('pod-a', { room: async () => 1, onTask, onError: () => undefined });
      await a.tasks.create('next', sampleCall(), LIMIT);
      await eventually('next', () => taken.length > 0);
      assert.deepEqual(taken, ['next']);
      await worker.stop();
    },

    'are listed newest first, in pages, to their owner or to an operator': async ({ a, b, pass }) => {
      for (const id of ['1', '2', '3']) {
        await a.tasks.create(id, sampleCall(), LIMIT);
        await pass(2);
      }
      await a.tasks.create('hers', sampleCall({ owner: 'bob' }), LIMIT);
      const first = await b.tasks.list('alice', 2);
      assert.deepEqual(
        first.tasks.map(({ id }) => id),
        ['3', '2'],
      );
      const second = await b.tasks.list('alice', 2, first.next);
      assert.deepEqual([second.tasks.map(({ id }) => id), second.next], [['1'], undefined]);
      assert.equal((await b.tasks.list(undefined, 10)).tasks.length, 4);
    },

    'are gone when their time is up': async ({ a, b, pass }) => {
      await a.tasks.create('t', sampleCall({ ttlMs: 50 }), 1, 'pod-a');
      await eventually('gone', async () => {
        await pass(20);
        return (await b.tasks.read('t')) === undefined;
      });
      assert.equal(await a.tasks.end('t', 1, 'pod-a', 'alice', DONE), undefined);
      assert.equal((await b.tasks.answer('t', { q: '1' })).kind, 'ignored');
      assert.deepEqual((await b.tasks.list('alice', 10)).tasks, []);
      assert.equal(await b.tasks.create('next', sampleCall(), 1), 'stored');
    },
  },
};
