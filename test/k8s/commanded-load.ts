import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Allowed, Answer, Command, Report } from './load/protocol.ts';

/** A load in another process, perhaps on another machine. */
export interface CommandedLoad {
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Does what costs a pod its life, and lets the load know when; `kill` answers which run it was. */
  lose(kill: () => Promise<string>): Promise<void>;
  stop(allowed: Allowed): Promise<Report>;
  /** Ends it without a report. */
  abort(): void;
}

/** Sessions are opened, and each client hears its standing stream, within this time; pausing and stopping wait for running calls. */
const ANSWER_WITHIN_MS = 90_000;

/** Starts a process that runs `load/main.ts`, and resolves when the load is complete. Throws with what the process printed where it fails. */
export async function commandLoad(
  command: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<CommandedLoad> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...(signal === undefined ? {} : { signal }) });
  const answers = answersOf(child);
  const expect = async <A extends Answer['answer']>(name: A): Promise<Extract<Answer, { answer: A }>> => {
    const answer = await answers.next(`the load to be ${name}`);
    if (answer.answer === name) return answer as Extract<Answer, { answer: A }>;
    throw new Error(answer.answer === 'failed' ? `the load failed: ${answer.message}` : `unexpected ${answer.answer}`);
  };
  const ask = async (asked: Command, name: Answer['answer']) => {
    child.stdin?.write(`${JSON.stringify(asked)}\n`);
    return expect(name);
  };
  await expect('ready');
  return {
    pause: async () => void (await ask({ command: 'pause' }, 'paused')),
    resume: async () => void (await ask({ command: 'resume' }, 'resumed')),
    async lose(kill) {
      await ask({ command: 'losing' }, 'losing');
      await ask({ command: 'lost', run: await kill() }, 'lost');
    },
    async stop(allowed) {
      child.stdin?.write(`${JSON.stringify({ command: 'stop', allowed } satisfies Command)}\n`);
      return (await expect('report')).report;
    },
    abort: () => void child.kill('SIGKILL'),
  };
}

interface Answers {
  next(awaited: string): Promise<Answer>;
}

/** The answers of a process in their order; its end, and too long a silence, are errors. */
function answersOf(child: ChildProcess): Answers {
  let printed = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  child.stdin?.on('error', () => {});
  const ended = new Promise<never>((_resolve, reject) => {
    child.once('error', (error) => reject(new Error(`the load cannot be started: ${error.message}`)));
    child.once('close', (code) => reject(new Error(`the load ended with ${code}: ${printed}`)));
  });
  ended.catch(() => {});
  const lines = createInterface(child.stdout as NodeJS.ReadableStream)[Symbol.asyncIterator]();
  return {
    async next(awaited) {
      let timer: NodeJS.Timeout | undefined;
      const timeout = new Promise<never>((_resolve, reject) => {
        const error = new Error(`waited ${ANSWER_WITHIN_MS / 1000} s for ${awaited}: ${printed}`);
        timer = setTimeout(() => reject(error), ANSWER_WITHIN_MS);
      });
      try {
        const { value, done } = await Promise.race([lines.next(), ended, timeout]);
        return done === true ? await ended : (JSON.parse(value as string) as Answer);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
