import type { Anypod } from 'anypod';
import { describe, expect, it } from 'vitest';
import { type Answer, answerOf, type Call, call, textOf } from './modern-call.ts';
import { ann, settle, start } from './retry-fixture.ts';

const refused = { code: -32602, data: { reason: 'invalid_request_state' } };

/** The second round of a call: the answer, with the state of the first. */
function answerTo(asked: Answer, given: Call = {}): Call {
  const inputResponses = { question: { action: 'accept', content: {} } };
  return { ...given, more: { inputResponses, requestState: asked.result?.['requestState'] } };
}

async function ask(pod: Anypod, name: string, given: Call = {}) {
  const asked = await answerOf(call(pod, name, given));
  expect(asked.result?.['resultType']).toBe('input_required');
  return answerTo(asked, given);
}

describe('the state of an input_required result', () => {
  it('can be used again where nobody minds, at no cost', async () => {
    const { one, two, store } = await start();
    store.spent.spend = () => Promise.reject(new Error('asked the store'));
    const answer = await ask(one, 'asks');
    expect([await textOf(call(two, 'asks', answer)), await textOf(call(one, 'asks', answer))]).toEqual([
      'answered',
      'answered',
    ]);
  });

  it.each(['asks-once', 'asks-once-by-result'])(
    'is good for one use on all pods: %s [modern.state.once]',
    async (name) => {
      const { one, two, started } = await start();
      const answer = await ask(one, name);
      expect(await textOf(call(two, name, answer))).toBe('answered');
      expect(await textOf(call(two, name, answer))).toMatchObject(refused);
      expect(await textOf(call(one, name, answer))).toMatchObject(refused);
      expect(started).toHaveLength(2);
    },
  );

  it('is used by one of two at once', async () => {
    const { one, two } = await start();
    const answer = await ask(one, 'asks-once');
    const answers = await Promise.all([one, two].map((pod) => textOf(call(pod, 'asks-once', answer))));
    expect(answers.filter((one) => one === 'answered')).toHaveLength(1);
  });

  it('of one conversation leaves those of others alone', async () => {
    const { one, two } = await start();
    const [first, second] = await Promise.all([ask(one, 'asks-once'), ask(two, 'asks-once')]);
    expect(await textOf(call(two, 'asks-once', first))).toBe('answered');
    expect(await textOf(call(one, 'asks-once', second))).toBe('answered');
  });

  it('is good for the repeats of a guarded call', async () => {
    const { one, two, started } = await start();
    const answer = await ask(one, 'asks-once-guarded', { auth: ann });
    expect(await textOf(call(two, 'asks-once-guarded', answer))).toBe('answered');
    await settle();
    expect(await textOf(call(one, 'asks-once-guarded', answer))).toBe('answered');
    expect(started).toHaveLength(2);
    const other = answerTo(
      { result: { requestState: (answer.more as { requestState: string }).requestState } },
      {
        ...answer,
        args: { a: 'other' },
      },
    );
    expect(await textOf(call(one, 'asks-once-guarded', other))).toMatchObject(refused);
  });

  it('is not lost to a call that was cancelled with its client, and repeated', async () => {
    const { one, two, begun, end } = await start();
    const answer = await ask(one, 'asks-once-guarded', { auth: ann, args: { waits: true } });
    const gone = new AbortController();
    const cut = call(one, 'asks-once-guarded', { ...answer, signal: gone.signal });
    await begun(2);
    gone.abort();
    expect((await cut).status).toBe(499);
    const repeat = call(two, 'asks-once-guarded', answer);
    await begun(3);
    end('done');
    expect(await textOf(repeat)).toBe('done');
  });
});
