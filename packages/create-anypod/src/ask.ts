import type { Readable, Writable } from 'node:stream';
import { isCancel, select } from '@clack/prompts';
import { type Answers, QUESTIONS } from './choices.ts';
import { UsageError } from './usage-error.ts';

/** The terminal of the user. */
export interface Terminal {
  readonly input: Readable;
  readonly output: Writable;
}

/** Asks each question that `given` does not answer. Throws `UsageError` if the user leaves. */
export async function ask(given: Partial<Answers>, terminal: Terminal): Promise<Answers> {
  const answers: Record<string, string> = { ...given };
  for (const { flag, text, choices } of QUESTIONS) {
    if (answers[flag] !== undefined) continue;
    const answer = await select({ message: text, options: [...choices], ...terminal });
    if (isCancel(answer)) throw new UsageError('Nothing was made.');
    answers[flag] = answer;
  }
  return answers as Answers;
}

/** The defaults, where `given` has no answer. */
export function withDefaults(given: Partial<Answers>): Answers {
  const defaults = QUESTIONS.map(({ flag, choices: [first] }) => [flag, first.value]);
  return { ...(Object.fromEntries(defaults) as Answers), ...given };
}
