import { readBeginning } from '../../core/session/session-name.ts';
import { UsageError } from '../../probe/argument-values.ts';
import type { SessionInspection } from '../../serve/operators/open-inspection.ts';
import { EXIT, inspect, oneSession } from '../inspect/inspect.ts';
import { INSPECT_HELP, readInspectArguments } from '../inspect/inspect-arguments.ts';
import { detailsText, detailsWithoutId, sessionsText, withoutId } from '../inspect/session-text.ts';

const HELP = `Usage: anypod sessions list [--limit <number>] [flags]
       anypod sessions show <session> [flags]
       anypod sessions end <session> [flags]

Looks at the sessions that pods share in a Redis, or at those of one pod without Redis. A session is named by the beginning of its id, at least 4 characters.
list and show only read, and never show what a session says. end does what its client's DELETE does.

  --limit <number>          How many sessions list shows at most; default 100
${INSPECT_HELP}

Exit codes: 0 done; 1 there is no such session, or there are several; 2 wrong arguments; 3 Redis or pod does not answer,
or does not allow it.`;

const DEFAULT_LIMIT = '100';
const VERBS = ['list', 'show', 'end'];

/** `anypod sessions`: resolves to the exit code. Throws `UsageError`. */
export async function runSessionsCommand(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help')) {
    process.stdout.write(`${HELP}\n`);
    return EXIT.done;
  }
  const args = readInspectArguments('sessions', argv, { limit: { type: 'string' } });
  const [verb = '', name, ...more] = args.positionals;
  const text = String(args.flags['limit'] ?? DEFAULT_LIMIT);
  const limit = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : undefined;
  const beginning = readBeginning(name);
  const problems = [
    !VERBS.includes(verb) && `${verb || '<verb>'}: must be list, show or end`,
    verb === 'list' && name !== undefined && `${name}: list takes no session`,
    ['show', 'end'].includes(verb) && !beginning && '<session>: pass at least 4 characters of its id',
    more.length > 0 && `${more.join(' ')}: too many arguments`,
    limit === undefined && '--limit: must be a number from 1 to 99999',
  ].filter((problem) => problem !== false);
  if (problems.length > 0 || limit === undefined) throw new UsageError('sessions', problems);
  return inspect(args, async (inspection) => {
    if (verb === 'list') return list(inspection, limit, args.json);
    const id = await oneSession(inspection, beginning ?? '');
    if (id === undefined) return EXIT.notFound;
    return verb === 'show' ? show(inspection, id, args.json) : end(inspection, id, args.json);
  });
}

async function list(inspection: SessionInspection, limit: number, json: boolean): Promise<number> {
  const { sessions, complete } = await inspection.sessions(limit);
  if (json) print({ sessions: sessions.map(withoutId), complete });
  else process.stdout.write(`${sessionsText(sessions)}\n${complete ? '' : 'There are more; see --limit.\n'}`);
  return EXIT.done;
}

async function show(inspection: SessionInspection, id: string, json: boolean): Promise<number> {
  const session = await inspection.session(id);
  if (session === undefined) return gone();
  if (json) print(detailsWithoutId(session));
  else process.stdout.write(`${detailsText(session)}\n`);
  return EXIT.done;
}

async function end(inspection: SessionInspection, id: string, json: boolean): Promise<number> {
  const pods = await inspection.end(id);
  if (pods === undefined) return gone();
  if (json) print({ ended: true, pods });
  else process.stdout.write(`ended; ${pods} pod(s) were told\n`);
  return EXIT.done;
}

function gone(): number {
  process.stderr.write('anypod: the session has ended meanwhile\n');
  return EXIT.notFound;
}

const print = (value: object) => void process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
