import { lastEventId, readStream } from '../../test/cluster/stream-reader.ts';
import { type Message, openSession } from '../../test/cluster/wire.ts';
import type { Study } from './finding.ts';
import { percentile } from './percentiles.ts';
import { startStack } from './stack.ts';
import { inParallel } from './wire.ts';

const CALLS = { smoke: 100, other: 1_000 };
const AT_ONCE = 50;
const EVENTS = 40;
const EVENT_MS = 25;
/** Cuts per call. */
const CUTS = 3;

interface Tally {
  readonly toFirstMs: number[];
  lost: number;
  doubled: number;
  resumed: number;
}

/** Streams of numbered events, cut at random and resumed through the balancer on whichever pod comes next. */
export const resume: Study = async ({ profile }) => {
  const calls = profile === 'smoke' ? CALLS.smoke : CALLS.other;
  const stack = await startStack({ pods: 3, redis: true, balancer: true });
  const tally: Tally = { toFirstMs: [], lost: 0, doubled: 0, resumed: 0 };
  try {
    await inParallel(Array.from({ length: calls }), AT_ONCE, () => cutAndResume(new URL(stack.url), tally));
  } finally {
    await stack.stop();
  }
  return [
    {
      study: 'resume',
      subject: `${calls} streams of ${EVENTS} events over 3 pods, cut ${CUTS} times each`,
      values: {
        resumes: tally.resumed,
        'to the first event p50 ms': percentile(tally.toFirstMs, 0.5),
        'to the first event p99 ms': percentile(tally.toFirstMs, 0.99),
        lost: tally.lost,
        doubled: tally.doubled,
      },
      promises: [{ sentence: 'No event is lost or doubled.', held: tally.lost === 0 && tally.doubled === 0 }],
    },
  ];
};

async function cutAndResume(url: URL, tally: Tally): Promise<void> {
  const session = await openSession(url);
  const args = { events: EVENTS, ms: EVENT_MS };
  const seen: number[] = [];
  let reader = readStream(await session.call(url, 1, 'count', args, 'numbers'));
  let response: Message | undefined;
  for (let cut = 0; response === undefined; cut += 1) {
    const keep = cut < CUTS ? 1 + Math.floor(Math.random() * (EVENTS / CUTS)) : Number.POSITIVE_INFINITY;
    response = await take(reader, keep, seen);
    if (response !== undefined) break;
    const from = lastEventId(reader.events);
    await reader.cut();
    const asked = performance.now();
    reader = readStream(await session.listen(url, from));
    response = await take(reader, 1, seen);
    tally.toFirstMs.push(performance.now() - asked);
    tally.resumed += 1;
  }
  const different = new Set(seen).size;
  tally.lost += EVENTS - different;
  tally.doubled += seen.length - different;
  await session.end(url);
}

/** Reads so many messages; the response, where it is among them. */
async function take(
  reader: ReturnType<typeof readStream>,
  count: number,
  seen: number[],
): Promise<Message | undefined> {
  for (let taken = 0; taken < count; ) {
    const event = await reader.next();
    if (event === undefined) throw new Error('a stream ended without its response');
    if (event.data === '') continue;
    const message = JSON.parse(event.data) as Message;
    if (message.result !== undefined) return message;
    if (message.error !== undefined) throw new Error(event.data);
    seen.push(Number(message.params?.['progress']));
    taken += 1;
  }
  return undefined;
}
