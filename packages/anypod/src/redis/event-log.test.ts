import { expect, it } from 'vitest';
import { STORE_DEFAULTS } from '../core/store.ts';
import type { Commands } from './commands.ts';
import { createRedisEventLog } from './event-log.ts';
import { createKeys } from './keys.ts';

it('sends the next write to a log when the one before is answered, whatever became of it', async () => {
  const sent: unknown[] = [];
  const answers: PromiseWithResolvers<unknown>[] = [];
  const commands: Commands = {
    call: () => Promise.reject(new Error('not used')),
    run(_script, _keys, ...args) {
      sent.push(args[0]);
      const answer = Promise.withResolvers<unknown>();
      answers.push(answer);
      return answer.promise;
    },
  };
  const log = createRedisEventLog(commands, createKeys('anypod'), STORE_DEFAULTS);
  const key = { session: 's', stream: 'x' };

  const opened = log.open(key, 'pod-a', '[]');
  const first = log.append(key, { seq: 1, data: '{}' }, false);
  const finished = log.finish(key);
  expect(sent).toEqual(['x']);
  answers[0]?.resolve(1);
  await opened;
  expect(sent).toEqual(['x', 1]);
  answers[1]?.reject(new Error('away'));
  await expect(first).rejects.toThrow('away');
  expect(sent).toEqual(['x', 1, 'x']);
  answers[2]?.resolve(['pod-b', 'c']);
  expect(await finished).toEqual({ pod: 'pod-b', connection: 'c' });
});
