import { openSession } from '../cluster/wire.ts';
import { CORPUS } from './corpus.ts';
import { malformed } from './malformed.ts';
import { type StartTarget, startFixture } from './target.ts';

/** A pod as it is by default. */
export const startStreamable: StartTarget = async (redisUrl, env) => {
  const pod = await startFixture(redisUrl, env);
  return {
    pod,
    corpus: CORPUS,
    requests: malformed(),
    words: {},
    enders: [[]],
    open: async () => (await openSession(new URL(pod.url), { name: 'fuzz' })).id,
    beginsUnnamed: () => false,
    faultOf: () => undefined,
    stop: async () => void (await pod.stop()),
  };
};
