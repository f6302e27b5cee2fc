import { AnypodError } from '../../core/errors.ts';
import type { SessionInspection } from '../../serve/operators/open-inspection.ts';
import { AdminPortError } from './admin-inspection.ts';
import type { InspectArguments } from './inspect-arguments.ts';

/** Exit codes of the commands that look at pods and sessions. */
export const EXIT = { done: 0, notFound: 1, noAnswer: 3 } as const;

/** Runs `look` on the pods' Redis, or on a pod's admin port. Says so where nobody answers, or where the caller may not look. */
export async function inspect(
  { open }: InspectArguments,
  look: (inspection: SessionInspection) => Promise<number>,
): Promise<number> {
  const inspection = await open();
  try {
    return await look(inspection);
  } catch (error) {
    return tellFault(error, 'docs/cli.md');
  } finally {
    await inspection.close();
  }
}

/** Says why nobody answered, or why the caller may not look, and returns the exit code. Throws any other error. */
export function tellFault(error: unknown, page: string): number {
  if (!(error instanceof AnypodError || error instanceof AdminPortError)) throw error;
  const text = error instanceof AnypodError ? faultText(error, page) : error.message;
  process.stderr.write(`anypod: ${text}\n`);
  return EXIT.noAnswer;
}

/** What is wrong with Redis, and what to do, for whoever looks into it. `page`: where the permissions are. */
export function faultText(error: AnypodError, page: string): string {
  if (error.code === 'payload_unreadable') return `${error.message} Pass the keys of the pods (ANYPOD_PAYLOAD_KEYS).`;
  if (error.code !== 'store_refused') return error.message;
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `Redis does not allow this user to look${cause}. See ${page} for the permissions.`;
}

/** The one session whose id begins like that. Undefined: it is told why there is none. */
export async function oneSession(inspection: SessionInspection, beginning: string): Promise<string | undefined> {
  const [id, other] = await inspection.find(beginning);
  if (id !== undefined && other === undefined) return id;
  const why = id === undefined ? 'no session begins' : 'several sessions begin';
  process.stderr.write(`anypod: ${why} with ${beginning}; anypod sessions list shows them\n`);
  return undefined;
}
