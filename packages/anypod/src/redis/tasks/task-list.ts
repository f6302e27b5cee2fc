import type { Sealer } from '../../core/sealer.ts';
import type { TaskPage } from '../../core/store/task-store.ts';
import type { Commands } from '../client/commands.ts';
import type { Keys } from '../keys.ts';
import { SUMMARY_FIELDS, summaryOf } from './task-fields.ts';

const FROM_NEWEST = '+inf/0';

/** What a list is read with. */
export interface Tasks {
  readonly commands: Commands;
  readonly keys: Keys;
  readonly sealer: Sealer;
}

/** Reads a page of a sorted set of tasks by the time they expire. A cursor has the last score, and how many tasks of that score were listed. */
export async function listTasks(
  { commands: { call }, keys, sealer }: Tasks,
  key: string,
  count: number,
  after: string = FROM_NEWEST,
): Promise<TaskPage> {
  const [score = '', skip = '0'] = after.split('/');
  const args = [score, '-inf', 'WITHSCORES', 'LIMIT', skip, count + 1];
  const found = (await call('zrevrangebyscore', key, ...args)) as string[];
  const ids = found.filter((_, index) => index % 2 === 0);
  const scores = found.filter((_, index) => index % 2 === 1).slice(0, count);
  const tasks = await Promise.all(
    ids.slice(0, count).map(async (id) => {
      const at = keys.task(id);
      const values = (await call('hmget', at, ...SUMMARY_FIELDS)) as (string | null)[];
      return summaryOf(id, (field, sealed) => sealer.open(at, field, sealed), values);
    }),
  );
  return {
    tasks: tasks.filter((task) => task !== undefined),
    ...(ids.length > count && { next: cursorAfter(scores, score, Number(skip)) }),
  };
}

function cursorAfter(scores: readonly string[], from: string, skipped: number): string {
  const last = scores.at(-1) ?? '';
  const same = scores.filter((score) => score === last).length;
  return `${last}/${last === from ? skipped + same : same}`;
}
