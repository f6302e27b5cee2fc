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
    const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
    const what = error.code === 'store_refused' ? `Redis does not allow this user to look${cause}.` : error.message;
    const hint =
      error.code === 'payload_unreadable'
        ? 'Pass the keys of the pods (ANYPOD_PAYLOAD_KEYS).'
        : 'See docs/cli.md for the permissions.';
    process.stderr.write(`anypod: ${what} ${hint}\n`);
    return EXIT.noRedis;
  } finally {
    await inspection.close();
  }
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
