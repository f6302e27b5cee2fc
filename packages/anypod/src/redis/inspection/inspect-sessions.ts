import type { Sealer } from '../../core/sealer.ts';
import type { SessionRecord } from '../../core/session/session.ts';
import type { SessionDetails, SessionFacts } from '../../core/store/inspection.ts';
import { FIRST_KEY_VERSION } from '../../core/store/key-versions.ts';
import type { RedisClient } from '../client/client.ts';
import type { Commands } from '../client/commands.ts';
import { scanKeys } from '../client/scan.ts';
import { KEY_VERSIONS, type Keys } from '../keys.ts';
import { LEVEL, RECORD } from '../sessions/session-fields.ts';

/** What an operator looks with. */
export interface Looking {
  readonly commands: Commands;
  readonly keys: Keys;
  readonly sealer: Sealer;
}

/** How many sessions a look-up reads at most, to tell one from several. */
const ENOUGH = 2;
const POD_FIELD = 'p:';

/** The id in the key of a session. */
export const sessionIn = (key: string): string => key.slice(key.indexOf('{') + 1, -1);

/** The keys of all sessions whose ids begin like that, in every key version. */
export function patternsOf(keys: Keys, beginning: string): string[] {
  if (beginning !== '') return [keys.session(`${beginning.replace(/[\\*?[\]]/g, '\\$&')}*`)];
  return KEY_VERSIONS.map((version) => keys.session(version === FIRST_KEY_VERSION ? '*' : `${version}.*`));
}

/** The ids of sessions that begin with `beginning`, `limit` at most. `complete` is false if there may be more. */
export async function findSessions(
  client: RedisClient,
  keys: Keys,
  beginning: string,
  limit: number = ENOUGH,
): Promise<{ readonly ids: readonly string[]; readonly complete: boolean }> {
  const ids: string[] = [];
  let complete = true;
  for (const pattern of patternsOf(keys, beginning)) {
    const scanned = await scanKeys(client, pattern, limit - ids.length);
    ids.push(...scanned.keys.map(sessionIn));
    complete &&= scanned.complete;
  }
  return { ids, complete };
}

/** Undefined: there is no such session. */
export async function inspectSession(
  { commands, keys, sealer }: Looking,
  id: string,
): Promise<SessionFacts | undefined> {
  const key = keys.session(id);
  const [record, holder, ...sizes] = (await commands.call('hmget', key, RECORD, 'hp', 'sb', 'vb')) as (string | null)[];
  if (record === null || record === undefined) return undefined;
  const { protocolVersion, transport, initialize, principal, createdAt } = JSON.parse(
    sealer.open(key, RECORD, record),
  ) as SessionRecord;
  const { name = '', version = '' } = initialize.clientInfo as { name?: string; version?: string };
  const fields = (await commands.call('hkeys', key)) as string[];
  return {
    id,
    revision: protocolVersion,
    client: `${name} ${version}`.trim(),
    transport: transport ?? 'http',
    ...(principal !== undefined && { principal }),
    createdAt,
    expiresInMs: Number(await commands.call('pttl', key)),
    pods: fields.filter((field) => field.startsWith(POD_FIELD)).map((field) => field.slice(POD_FIELD.length)),
    ...(holder && { standingPod: holder }),
    stateBytes: sizes.reduce((sum, size) => sum + Number(size ?? 0), 0),
  };
}

/** With the newest streams, `mostStreams` at most. Undefined: there is no such session. */
export async function inspectDetails(
  looking: Looking,
  id: string,
  mostStreams: number = Number.POSITIVE_INFINITY,
): Promise<SessionDetails | undefined> {
  const facts = await inspectSession(looking, id);
  if (facts === undefined) return undefined;
  const { commands, keys, sealer } = looking;
  const [level] = (await commands.call('hmget', keys.session(id), LEVEL)) as (string | null)[];
  const questions = (await commands.call('hkeys', keys.questions(id))) as string[];
  const answered = new Set(questions.filter((field) => field.startsWith('a:')).map((field) => field.slice(2)));
  const first = Number.isFinite(mostStreams) ? -mostStreams : 0;
  const names = (await commands.call('zrange', keys.streams(id), first, -1)) as string[];
  const streams = await Promise.all(names.map((stream) => inspectStream(commands, keys, id, stream)));
  return {
    ...facts,
    ...(level && { logLevel: sealer.open(keys.session(id), LEVEL, level) }),
    subscriptions: Number(await commands.call('scard', keys.subscriptions(id))),
    questions: questions.filter((field) => field.startsWith('o:') && !answered.has(field.slice(2))).length,
    standingMessages: Number(await commands.call('xlen', keys.standing(id))),
    streams: streams.filter((stream) => stream !== undefined),
  };
}

async function inspectStream(commands: Commands, keys: Keys, id: string, stream: string) {
  const fields = await commands.call('hmget', keys.streamState(id, stream), 'o', 'b', 'd', 'e', 'p');
  const [owner, bytes, done, epoch, follower] = fields as (string | null)[];
  if (!owner) return undefined;
  const events = Number(await commands.call('xlen', keys.stream(id, stream)));
  return {
    ...{ stream, owner, events, bytes: Number(bytes ?? 0), done: done !== null, runs: Number(epoch ?? 1) },
    ...(follower && { follower }),
  };
}
