import type { QuestionStore } from '../core/question-store.ts';
import type { StoreOptions } from '../core/store.ts';
import type { Commands } from './commands.ts';
import type { Keys } from './keys.ts';
import * as scripts from './scripts.generated.ts';

const ownerField = (question: string) => `o:${question}`;
const answerField = (question: string) => `a:${question}`;

/** One hash per session has its open questions, with two fields each: the owner and, once given, the answer. */
export function createRedisQuestionStore(
  commands: Commands,
  keys: Keys,
  options: Required<StoreOptions>,
): QuestionStore {
  const { sessionTtlMs } = options;

  return {
    async ask(session, question, owner) {
      const keysOf = [keys.session(session), keys.questions(session)];
      await commands.run(scripts.askQuestion, keysOf, ownerField(question), owner, sessionTtlMs);
    },

    async answer(session, question, answer) {
      const args = [ownerField(question), answerField(question), answer];
      return (
        ((await commands.run(scripts.answerQuestion, [keys.questions(session)], ...args)) as string | null) ?? undefined
      );
    },

    async owner(session, question) {
      const owner = await commands.call('hget', keys.questions(session), ownerField(question));
      return (owner as string | null) ?? undefined;
    },

    async isAnswered(session, question) {
      return (await commands.call('hget', keys.questions(session), answerField(question))) !== null;
    },

    async take(session, question) {
      const key = keys.questions(session);
      const answer = (await commands.call('hget', key, answerField(question))) as string | null;
      if (answer === null) return undefined;
      // The removal is a second step: if one step did both and its reply were lost, the answer could not be read again.
      await commands.call('hdel', key, ownerField(question), answerField(question)).catch(() => undefined);
      return answer;
    },

    async withdraw(session, question) {
      await commands.call('hdel', keys.questions(session), ownerField(question), answerField(question));
    },
  };
}
