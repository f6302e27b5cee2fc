import type { Sealer } from '../../core/sealer.ts';
import type { QuestionStore } from '../../core/store/question-store.ts';
import type { StoreOptions } from '../../core/store/store.ts';
import type { Commands } from '../client/commands.ts';
import type { Keys } from '../keys.ts';
import * as scripts from '../scripts.generated.ts';

const ownerField = (question: string) => `o:${question}`;
const answerField = (question: string) => `a:${question}`;

/** One hash per session has its open questions, with two fields each: the owner and, once given, the answer. */
export function createRedisQuestionStore(
  commands: Commands,
  keys: Keys,
  sealer: Sealer,
  options: Required<StoreOptions>,
): QuestionStore {
  const { sessionTtlMs } = options;

  return {
    async ask(session, question, owner) {
      const keysOf = [keys.session(session), keys.questions(session)];
      await commands.run(scripts.askQuestion, keysOf, ownerField(question), owner, sessionTtlMs);
    },

    async answer(session, question, answer) {
      const [key, field] = [keys.questions(session), answerField(question)];
      const args = [ownerField(question), field, sealer.seal(key, field, answer)];
      return ((await commands.run(scripts.answerQuestion, [key], ...args)) as string | null) ?? undefined;
    },

    async owner(session, question) {
      const owner = await commands.call('hget', keys.questions(session), ownerField(question));
      return (owner as string | null) ?? undefined;
    },

    async isAnswered(session, question) {
      return (await commands.call('hget', keys.questions(session), answerField(question))) !== null;
    },

    async take(session, question) {
      const [key, field] = [keys.questions(session), answerField(question)];
      const sealed = (await commands.call('hget', key, field)) as string | null;
      if (sealed === null) return undefined;
      const answer = sealer.open(key, field, sealed);
      // The removal is a second step: if one step did both and its reply were lost, the answer could not be read again.
      await commands.call('hdel', key, ownerField(question), field).catch(() => undefined);
      return answer;
    },

    async withdraw(session, question) {
      await commands.call('hdel', keys.questions(session), ownerField(question), answerField(question));
    },
  };
}
