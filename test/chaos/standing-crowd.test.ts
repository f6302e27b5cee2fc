import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../cluster/settle.ts';
import { messagesOf } from '../cluster/wire.ts';
import { kill } from './faults.ts';
import { type Stage, startStage } from './stage.ts';
import { type CrowdMember, joinCrowd } from './standing-crowd.ts';

const MEMBERS = 1000;
const AT_ONCE = 20;

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.stop());

test('1,000 standing streams over three pods, one killed: all come back and miss nothing [pod.lost.standing-streams]', async () => {
  const crowd = await inTurns(range(MEMBERS), () => joinCrowd(stage.url));
  const everyoneHeard = (texts: readonly string[]) =>
    eventually(() => expect(crowd.filter(({ heard }) => heard.join() !== texts.join())).toHaveLength(0));

  await inTurns(crowd, (member) => announce(member, 'before'));
  await everyoneHeard(['before']);

  const lost = await kill(stage, 1);
  await inTurns(crowd, (member) => announce(member, 'while it is gone'));
  await everyoneHeard(['before', 'while it is gone']);
  const cut = crowd.filter(({ attachedAt }) => attachedAt.length > 1);
  const backAfter = Math.max(...cut.map(({ attachedAt }) => (attachedAt.at(-1) as number) - lost.from));
  console.log(
    `${MEMBERS} standing streams, ${cut.length} of them cut: all attached again after ${(backAfter / 1000).toFixed(1)} s`,
  );

  await inTurns(crowd, (member) => announce(member, 'after'));
  await everyoneHeard(['before', 'while it is gone', 'after']);
  expect(cut.length).toBeGreaterThan(MEMBERS / 10);
  await Promise.all(crowd.map((member) => member.leave()));
});

async function announce({ session }: CrowdMember, text: string): Promise<void> {
  const call = () => session.call(stage.url, text, 'announce', { text });
  // A connection that was kept to the killed pod breaks when it is used again. The pod has run nothing by then.
  const [message] = await messagesOf(await call().catch(call));
  expect(message?.result, JSON.stringify(message)).toBeDefined();
}

function range(count: number): number[] {
  return [...Array(count).keys()];
}

/** Some at once, in order. */
async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index] as T);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return results;
}
