import { FIRST_KEY_VERSION } from '../core/key-versions.ts';
import type { Sealer } from '../core/sealer.ts';
import type { SessionRecord } from '../core/session.ts';
import type { RedisClient } from './client.ts';
import type { Commands } from './commands.ts';
import { KEY_VERSIONS, type Keys } from './keys.ts';
import { scanKeys } from './scan.ts';
import { LEVEL, RECORD } from './session-fields.ts';

/** What Redis knows of a session. Nothing of what it says. */
export interface SessionFacts {
  readonly id: string;
  readonly revision: string;
  /** Name and version that the client gave. */
  readonly client: string;
  readonly transport: 'http' | 'sse';
  /** Absent: an anonymous caller. */
  readonly principal?: string;
  /** ms since the epoch. */
  readonly createdAt: number;
  /** When it ends without further use, in ms from now. */
  readonly expiresInMs: number;
  /** The pods that have it in memory. */
  readonly pods: readonly string[];
  /** The pod that holds its standing stream, or held it last. */
  readonly standingPod?: string;
  /** The bytes of what the server keeps with it. */
  readonly stateBytes: number;
}

/** What `show` adds. */
export interface SessionDetails extends SessionFacts {
  readonly logLevel?: string;
  readonly subscriptions: number;
  /** Questions to the client without an answer. */
  readonly questions: number;
  readonly standingMessages: number;
  readonly streams: readonly StreamFacts[];
}

/** What Redis knows of the stream of a call. */
export interface StreamFacts {
  readonly stream: string;
  /** The pod that runs the call. */
  readonly owner: string;
  /** The pod that delivers it, where its client has resumed it. */
  readonly follower?: string;
  readonly events: number;
  readonly bytes: number;
  readonly done: boolean;
  /** How many pods have run it. */
  readonly runs: number;
}

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
