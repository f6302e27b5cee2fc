import { afterAll, beforeAll, expect, test } from 'vitest';
import { readStream } from '../cluster/stream-reader.ts';
import { type Message, openSession } from '../cluster/wire.ts';
import { resumingStream } from './resuming-stream.ts';
import { type Stage, startStage } from './stage.ts';

/** More than the pod's buffer for a connection and those of the kernel can hold together. */
const FLOOD = { steps: 240, ms: 5, padding: 100_000 };

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ env: { ANYPOD_STREAM_BYTES: `${64 * 1024 * 1024}` } });
});
afterAll(() => stage?.stop());

const numberOf = ({ params }: Message) => params?.['progress'];

test('a reader that is too slow is ended, resumes and has everything; its neighbour notices nothing [legacy.answer.slow-reader]', async () => {
  const { url } = stage;
  const pod = new URL(stage.pods[0]?.url ?? '');
  const [slow, neighbour] = [await openSession(url), await openSession(url)];
  const flooded = await slow.call(pod, 1, 'count', FLOOD, 'token');

  const steady = { steps: 40, ms: 100 };
  const calm = await readStream(await neighbour.call(pod, 1, 'count', steady, 'token')).rest();
  expect(calm.filter((message) => message.method !== undefined).map(numberOf)).toEqual(numbersTo(steady.steps));

  let resumed = 0;
  const numbers: unknown[] = [];
  const reopen = (lastEventId?: string) => {
    resumed += 1;
    return slow.listen(url, lastEventId);
  };
  for await (const message of resumingStream(flooded, { reopen })) {
    if (message.id === 1) break;
    numbers.push(numberOf(message));
  }
  expect(numbers).toEqual(numbersTo(FLOOD.steps));
  expect(resumed).toBeGreaterThan(0);
});

function numbersTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}
