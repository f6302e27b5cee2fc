import { createInterface } from 'node:readline/promises';
import type { ElicitResult } from '@modelcontextprotocol/client';

/** Asks the person at the terminal; without one the answer is `yes` where that was said beforehand, else no. */
export async function answerQuestion(message: string, yes: boolean): Promise<ElicitResult> {
  console.log(`question: ${message}`);
  const agreed = yes || (process.stdin.isTTY === true && (await ask('Close it? [y/N] ')));
  console.log(agreed ? 'answered: yes' : 'answered: no');
  return agreed ? { action: 'accept', content: { confirm: true } } : { action: 'decline' };
}

async function ask(prompt: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(prompt)).trim());
  } finally {
    terminal.close();
  }
}
