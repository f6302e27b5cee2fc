import { AnypodError } from '../core/errors.ts';
import { type Inspection, openInspection } from '../serve/open-inspection.ts';
import type { RedisArguments } from './redis-arguments.ts';

/** Exit codes of the commands that look into Redis. */
export const EXIT = { done: 0, notFound: 1, noRedis: 3 } as const;

/** Runs `look` on the pods' Redis. Says so where Redis does not answer, or where its user may not look. */
export async function inspect(
  { settings }: RedisArguments,
  look: (inspection: Inspection) => Promise<number>,
): Promise<number> {
  const inspection = await openInspection(settings);
  try {
    return await look(inspection);
  } catch (error) {
    if (!(error instanceof AnypodError)) throw error;
    process.stderr.write(`anypod: ${faultText(error, 'docs/cli.md')}\n`);
    return EXIT.noRedis;
  } finally {
    await inspection.close();
  }
}

/** What is wrong with Redis, and what to do, for whoever looks into it. `page`: where the permissions are. */
export function faultText(error: AnypodError, page: string): string {
  if (error.code === 'payload_unreadable') return `${error.message} Pass the keys of the pods (ANYPOD_PAYLOAD_KEYS).`;
  if (error.code !== 'store_refused') return error.message;
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `Redis does not allow this user to look${cause}. See ${page} for the permissions.`;
}

/** The one session whose id begins like that. Undefined: it is told why there is none. */
export async function oneSession(inspection: Inspection, beginning: string): Promise<string | undefined> {
  const [id, other] = await inspection.find(beginning);
  if (id !== undefined && other === undefined) return id;
  const why = id === undefined ? 'no session begins' : 'several sessions begin';
  process.stderr.write(`anypod: ${why} with ${beginning}; anypod sessions list shows them\n`);
  return undefined;
}

const BEGINNING = /^(v\d{1,4}\.)?[\w-]{4,44}$/;

/** Undefined: it is no beginning of a session id. At least four characters, so that nobody ends a session by a slip. */
export function readBeginning(text = ''): string | undefined {
  return BEGINNING.test(text) ? text : undefined;
}
