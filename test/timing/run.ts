/**
 * Whether a caller can tell by the time of an answer that an id exists and is another's. Prints a comparison for each kind of id, and beside it one of unknown ids
 * with unknown ids, which says what the machine's noise looks like.
 */
import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { MODERN_META, postModern } from '../cluster/modern-wire.ts';
import { lastEventId, readStream } from '../cluster/stream-reader.ts';
import { ABLE } from '../cluster/task-wire.ts';
import { type Message, messagesOf, openSession, sessionOf, textOf } from '../cluster/wire.ts';
import { startPod } from '../lib/pods.ts';
import { startRedis } from '../lib/redis-server.ts';
import { startTokenIssuer } from '../lib/token-issuer.ts';
import { compareTimes } from './compare.ts';

const MODULE = fileURLToPath(new URL('fixture.ts', import.meta.url));
const RESOURCE = 'https://mcp.test/mcp';
const ROUNDS = Number(process.env['ROUNDS'] || 1500);
const WARM_UP = 200;

const [redis, issuer] = await Promise.all([startRedis(), startTokenIssuer(RESOURCE)]);
const pod = await startPod({
  module: MODULE,
  redisUrl: redis.url,
  env: { ANYPOD_AUTH_ISSUERS: issuer.url, ANYPOD_PUBLIC_URL: RESOURCE, ANYPOD_UPGRADE_AFTER: '300' },
});
const url = new URL(pod.url);
const bearer = async (sub: string) => ({ authorization: `Bearer ${await issuer.token({ sub })}` });
const [ann, eve] = [await bearer('ann'), await bearer('eve')];
const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
const taskMeta = { _meta: { ...MODERN_META, ...ABLE } };

const SMALL = 'abcdefghijklmnopqrstuvwxyz';
const one = (of: string) => of[randomInt(of.length)] as string;

/** A text of the same form: each letter is another letter, each digit another digit, and all else stays, also the `x` with which an event id begins. */
function unlike(id: string): string {
  if (id.startsWith('x.')) return `x.${unlike(id.slice(2))}`;
  const named = id.replaceAll(/[a-z]/g, () => one(SMALL)).replaceAll(/[A-Z]/g, () => one(SMALL.toUpperCase()));
  return named.replaceAll(/\d/g, () => one('0123456789'));
}

async function modern(headers: Record<string, string>, name: string, args: object): Promise<Message | undefined> {
  const params = { name, arguments: args, ...taskMeta };
  return (await messagesOf(await postModern(url, 'tools/call', params, headers))).at(-1);
}

/** What Ann has. */
const session = await openSession(url, { headers: ann });
const stream = readStream(await session.call(url, 1, 'report', {}, 'token'));
await stream.rest();
const eventId = lastEventId(stream.events);
const handle = textOf(await modern(ann, 'keep', {}));
const taskId = String((await modern(ann, 'job', {}))?.result?.['taskId']);
/** What Eve has. */
const own = await openSession(url, { headers: eve });

/** What Eve tries with an id. */
const KINDS: Readonly<Record<string, { foreign: string; attempt(id: string): Promise<Response> }>> = {
  'a session, with a call': {
    foreign: session.id,
    attempt: (id) => sessionOf(id, '2025-11-25', {}, eve).send(url, ping),
  },
  'a session, with DELETE': { foreign: session.id, attempt: (id) => sessionOf(id, '2025-11-25', {}, eve).end(url) },
  'an event id': { foreign: eventId, attempt: (id) => own.listen(url, id) },
  'a task': {
    foreign: taskId,
    attempt: (id) => postModern(url, 'tasks/get', { taskId: id, ...taskMeta }, { ...eve, 'mcp-name': id }),
  },
  'a handle': {
    foreign: handle,
    attempt: (id) => postModern(url, 'tools/call', { name: 'open', arguments: { handle: id }, ...taskMeta }, eve),
  },
};

async function time(attempt: () => Promise<Response>): Promise<number> {
  const began = process.hrtime.bigint();
  await (await attempt()).text();
  return Number(process.hrtime.bigint() - began) / 1000;
}

for (const [kind, { foreign, attempt }] of Object.entries(KINDS)) {
  const ids = { foreign, unknown: unlike(foreign), again: unlike(foreign) };
  const times = { foreign: [] as number[], unknown: [] as number[], again: [] as number[] };
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    // In random order, so that no kind always comes after the same one.
    const names = (['foreign', 'unknown', 'again'] as const).toSorted(() => Math.random() - 0.5);
    for (const name of names) {
      const micros = await time(() => attempt(ids[name]));
      if (round >= 0) times[name].push(micros);
    }
  }
  const line = (one: readonly number[], other: readonly number[]) => {
    const { medians, longer, p } = compareTimes(one, other);
    return `${medians.map((each) => each.toFixed(0)).join(' and ')} µs, the first longer in ${(100 * longer).toFixed(1)} %, p = ${p.toFixed(3)}`;
  };
  console.log(
    `${kind}: foreign and unknown ${line(times.foreign, times.unknown)} (unknown and unknown ${line(times.unknown, times.again)})`,
  );
}
console.log(
  `${ROUNDS} of each. At 50 % nobody can tell them apart; a small p says that they differ by more than chance.`,
);
await pod.stop();
await Promise.all([issuer.stop(), redis.stop()]);
