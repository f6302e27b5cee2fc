import { LOOK_AT_LOG, NoAnswer, ProbeFailure } from '../../probe/failure.ts';
import { resultIn } from '../../probe/response.ts';
import { podTargets, type Target, urlTarget } from '../../probe/target.ts';
import type { Diagnosis, OnRow, Row } from '../finding.ts';
import { areReady, challengeOf, issuersAt } from './challenge.ts';
import { discoverVersions } from './discover.ts';
import { callAndResume, resumeStanding } from './resume.ts';
import { openSession, type Session } from './session.ts';
import { createSteps, type Outcome, type RunStep } from './steps.ts';

/** What a server without a name is called. */
const UNNAMED = 'unnamed';

/** What to test. */
export interface SmokeTestOptions {
  /** The MCP endpoint's URL as clients use it. */
  readonly url: URL;
  /** Names of pods, or of Services that resolve to their addresses. Empty: use only the URL. */
  readonly pods: readonly URL[];
  /** A tool to call. */
  readonly call?: { readonly tool: string; readonly arguments: object };
  /** Sent with every request, such as credentials. */
  readonly headers: Readonly<Record<string, string>>;
  /** Test only what a caller without a token gets. */
  readonly challenge: boolean;
  /** How long one step may take (ms). */
  readonly timeoutMs: number;
}

/** Where the steps send their requests. */
interface Route {
  readonly entry: Target;
  readonly pods: readonly Target[];
  /** The targets on which a stream is opened and then resumed. */
  readonly first: Target;
  readonly second: Target;
  /** There is only one pod, so nothing can be resumed on another. */
  readonly alone: boolean;
}

/**
 * Tries what clients need from a deployment of anypod: a session, its tools, a stream that is cut and resumed on another pod, a call, the stateless
 * era, and the end of the session. If a step fails, the steps after it are not tried.
 */
export async function smokeTest(options: SmokeTestOptions, onRow: OnRow = () => undefined): Promise<Diagnosis> {
  const rows: Row[] = [];
  const tell: OnRow = (row) => {
    rows.push(row);
    onRow(row);
  };
  let server: string | undefined;
  const tellServer = (name: string) => {
    server = name;
  };
  try {
    await runSteps(createSteps({ timeoutMs: options.timeoutMs, tell }), options, tellServer);
  } catch (error) {
    if (!(error instanceof ProbeFailure)) throw error;
    // A server that tells strangers nothing of itself has answered all the same.
    if (options.challenge && !(error instanceof NoAnswer)) server = UNNAMED;
  }
  return { url: options.url.href, ...(server === undefined ? {} : { server }), rows };
}

type TellServer = (server: string) => void;

async function runSteps(run: RunStep, options: SmokeTestOptions, tellServer: TellServer): Promise<void> {
  const route = await findPods(run, options);
  if (!options.challenge) return testSession(run, route, options, tellServer);
  await testChallenge(run, route);
  tellServer(UNNAMED);
}

async function findPods(run: RunStep, { url, pods: names, headers }: SmokeTestOptions): Promise<Route> {
  const entry = urlTarget(url, headers);
  if (names.length === 0) return { entry, pods: [], first: entry, second: entry, alone: false };
  const pods = await run('pods', async () => {
    const value = await podTargets(entry, names);
    return { detail: value.map(({ label }) => label).join(' '), value };
  });
  const [first = entry, second = first] = pods ?? [];
  return { entry, pods: pods ?? [], first, second, alone: second === first };
}

/** What callers without a token get, at every pod. */
async function testChallenge(run: RunStep, { entry, pods }: Route): Promise<void> {
  const all = pods.length > 0 ? pods : [entry];
  await run('ready', (signal) => (pods.length > 0 ? areReady(pods, signal) : skip('name the pods with --pods')));
  const named = await run('challenge', async (signal) => {
    const value = await Promise.all(all.map((target) => challengeOf(target, signal)));
    return { detail: `401, which names ${value[0]?.href}`, value };
  });
  await run('metadata', async (signal) => ({ detail: await issuersAt(entry, named?.[0], signal) }));
  await run('session', () => skip('there is no token for more; pass --header or --token-file instead of --challenge'));
}

async function testSession(
  run: RunStep,
  route: Route,
  options: SmokeTestOptions,
  tellServer: TellServer,
): Promise<void> {
  const { entry } = route;
  const opened = await run('answers', async (signal) => {
    const value = await openSession(entry, signal, tellServer);
    return { detail: `${value.version}, ${value.server}`, value };
  });
  if (opened === undefined) return;
  const { session, hasTools } = opened;
  try {
    await run('tools', (signal) => (hasTools ? listTools(session, entry, signal) : skip('the server has no tools')));
    if (route.pods.length > 0) await run('every-pod', (signal) => pingEach(session, route.pods, signal));
    await run('resume', (signal) => testResume(session, route, signal));
    if (options.call !== undefined) {
      const { call } = options;
      await run('call', (signal) => testCall(session, call, route, signal));
    }
    await run('revisions', async (signal) => {
      const versions = await discoverVersions(entry, signal);
      return versions === undefined ? skip('the server supports only sessions') : { detail: versions };
    });
  } finally {
    await run('delete', (signal) => testEnd(session, route, signal));
  }
}

async function skip(detail: string): Promise<Outcome<never>> {
  return { detail, skipped: true };
}

async function listTools(session: Session, entry: Target, signal: AbortSignal): Promise<Outcome<never>> {
  const { tools } = await session.ask(entry, 'tools/list', {}, signal);
  if (!Array.isArray(tools)) {
    throw new ProbeFailure(`The list of ${entry.label} names no tools.`, LOOK_AT_LOG);
  }
  return { detail: tools.map((tool: { name?: string }) => String(tool.name)).join(' ') || 'none' };
}

async function pingEach(session: Session, pods: readonly Target[], signal: AbortSignal): Promise<Outcome<never>> {
  for (const pod of pods) await session.ask(pod, 'ping', {}, signal);
  return { detail: pods.length === 1 ? 'the one pod knows the session' : `all ${pods.length} know the session` };
}

async function testResume(
  session: Session,
  { first, second, alone }: Route,
  signal: AbortSignal,
): Promise<Outcome<never>> {
  if (alone) return skip('there is only one pod, so no other pod can resume a stream');
  await resumeStanding(session, first, second, signal);
  return {
    detail:
      first === second
        ? 'the standing stream, through the URL'
        : `the standing stream of ${first.label} on ${second.label}`,
  };
}

async function testCall(
  session: Session,
  call: NonNullable<SmokeTestOptions['call']>,
  { first, second }: Route,
  signal: AbortSignal,
): Promise<Outcome<never>> {
  const { response, resumedEvents } = await callAndResume(session, call, [first, second], signal);
  const { isError, content } = resultIn(first, response);
  if (isError === true) {
    const said = Array.isArray(content) ? content.map(({ text }: { text?: string }) => text).join(' ') : 'no text';
    const remedy = 'Pass other --arguments, or look at the log of the pod.';
    throw new ProbeFailure(`${call.tool} reports an error: ${said}.`, remedy);
  }
  if (resumedEvents === undefined)
    return { detail: `${call.tool} answered at once; a short call has no stream to resume` };
  return {
    detail: `${call.tool} on ${first.label} was cut; its result and ${resumedEvents - 1} events before it came from ${second.label}`,
  };
}

async function testEnd(session: Session, { entry, pods }: Route, signal: AbortSignal): Promise<Outcome<never>> {
  await session.end(entry, signal);
  for (const target of pods.length > 0 ? pods : [entry]) {
    if (!(await session.isKnown(target, signal))) continue;
    throw new ProbeFailure(
      `${target.label} still knows the session.`,
      'Do all pods have the same REDIS_URL and ANYPOD_PREFIX?',
    );
  }
  return { detail: pods.length > 0 ? 'the session is gone on every pod' : 'the session is gone' };
}
