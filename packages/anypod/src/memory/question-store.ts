import type { QuestionStore } from '../core/store/question-store.ts';
import type { Sessions } from './session-state.ts';

export function createMemoryQuestionStore(sessions: Sessions): QuestionStore {
  const find = (id: string, question: string) => sessions.get(id)?.questions.get(question);

  return {
    async ask(id, question, owner) {
      sessions.get(id)?.questions.set(question, { owner });
    },

    async answer(id, question, answer) {
      const asked = find(id, question);
      if (!asked || asked.answer !== undefined) return undefined;
      asked.answer = answer;
      return asked.owner;
    },

    owner: async (id, question) => find(id, question)?.owner,

    isAnswered: async (id, question) => find(id, question)?.answer !== undefined,

    async take(id, question) {
      const answer = find(id, question)?.answer;
      if (answer !== undefined) sessions.get(id)?.questions.delete(question);
      return answer;
    },

    async withdraw(id, question) {
      sessions.get(id)?.questions.delete(question);
    },
  };
}
