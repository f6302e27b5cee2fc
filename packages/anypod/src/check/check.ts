import { areReady, challengeOf, issuersAt } from './challenge.ts';
import { discoverVersions } from './discover.ts';
import { CheckFailure, NoAnswer } from './failure.ts';
import { resultIn } from './response.ts';
import { callAndResume, resumeStanding } from './resume.ts';
import { openSession, type Session } from './session.ts';
import { createSteps, type Outcome, type RunStep } from './steps.ts';
import { podTargets, type Target, urlTarget } from './target.ts';

/** What to check. */
export interface CheckOptions {
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

/** How a check ended: every step passed, a step failed, or a step failed because nobody answered. */
export type CheckOutcome = 'passed' | 'failed' | 'nobody';

/**
 * Tries what clients need from a deployment: a session, its tools, a stream that is cut and resumed on another pod, a call, the stateless era, and
 * the end of the session. Prints one line per step. If a step fails, the check does not try the steps after it.
 */
export async function runCheck(options: CheckOptions, print: (line: string) => void): Promise<CheckOutcome> {
  const run = createSteps({ timeoutMs: options.timeoutMs, print });
  try {
    const route = await findPods(run, options);
    await (options.challenge ? checkChallenge(run, route) : checkSession(run, route, options));
    return 'passed';
  } catch (error) {
    if (error instanceof NoAnswer) return 'nobody';
    if (error instanceof CheckFailure) return 'failed';
    throw error;
  }
}

async function findPods(run: RunStep, { url, pods: names, headers }: CheckOptions): Promise<Route> {
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
async function checkChallenge(run: RunStep, { entry, pods }: Route): Promise<void> {
  const all = pods.length > 0 ? pods : [entry];
  await run('ready', (signal) => (pods.length > 0 ? areReady(pods, signal) : skip('name the pods with --pods')));
  const named = await run('challenge', async (signal) => {
    const value = await Promise.all(all.map((target) => challengeOf(target, signal)));
    return { detail: `401, which names ${value[0]?.href}`, value };
  });
  await run('metadata', async (signal) => ({ detail: await issuersAt(entry, named?.[0], signal) }));
  await run('session', () => skip('there is no token for more; pass --header or --token-file instead of --challenge'));
}

async function checkSession(run: RunStep, route: Route, options: CheckOptions): Promise<void> {
  const { entry } = route;
  const opened = await run('initialize', async (signal) => {
    const value = await openSession(entry, signal);
    return { detail: `${value.version}, ${value.server}`, value };
  });
  if (opened === undefined) return;
  const { session, hasTools } = opened;
  try {
    await run('tools/list', (signal) =>
      hasTools ? listTools(session, entry, signal) : skip('the server has no tools'),
    );
    if (route.pods.length > 0) await run('every pod', (signal) => pingEach(session, route.pods, signal));
    await run('resume', (signal) => checkResume(session, route, signal));
    if (options.call !== undefined) {
      const { call } = options;
      await run('tools/call', (signal) => checkCall(session, call, route, signal));
    }
    await run('server/discover', async (signal) => {
      const versions = await discoverVersions(entry, signal);
      return versions === undefined ? skip('the server supports only sessions') : { detail: versions };
    });
  } finally {
    await run('delete', (signal) => checkEnd(session, route, signal));
  }
}

async function skip(detail: string): Promise<Outcome<never>> {
  return { detail, skipped: true };
}

async function listTools(session: Session, entry: Target, signal: AbortSignal): Promise<Outcome<never>> {
  const { tools } = await session.ask(entry, 'tools/list', {}, signal);
  if (!Array.isArray(tools)) {
    throw new CheckFailure(`The list of ${entry.label} names no tools. Look at the log of the pod.`);
  }
  return { detail: tools.map((tool: { name?: string }) => String(tool.name)).join(' ') || 'none' };
}

async function pingEach(session: Session, pods: readonly Target[], signal: AbortSignal): Promise<Outcome<never>> {
  for (const pod of pods) await session.ask(pod, 'ping', {}, signal);
  return { detail: pods.length === 1 ? 'the one pod knows the session' : `all ${pods.length} know the session` };
}

async function checkResume(
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

async function checkCall(
  session: Session,
  call: NonNullable<CheckOptions['call']>,
  { first, second }: Route,
  signal: AbortSignal,
): Promise<Outcome<never>> {
  const { response, resumedEvents } = await callAndResume(session, call, [first, second], signal);
  const { isError, content } = resultIn(first, response);
  if (isError === true) {
    const said = Array.isArray(content) ? content.map(({ text }: { text?: string }) => text).join(' ') : 'no text';
    throw new CheckFailure(
      `${call.tool} reports an error: ${said}. Pass other --arguments, or look at the log of the pod.`,
    );
  }
  if (resumedEvents === undefined)
    return { detail: `${call.tool} answered at once; a short call has no stream to resume` };
  return {
    detail: `${call.tool} on ${first.label} was cut; its result and ${resumedEvents - 1} events before it came from ${second.label}`,
  };
}

async function checkEnd(session: Session, { entry, pods }: Route, signal: AbortSignal): Promise<Outcome<never>> {
  await session.end(entry, signal);
  for (const target of pods.length > 0 ? pods : [entry]) {
    if (!(await session.isKnown(target, signal))) continue;
    throw new CheckFailure(
      `${target.label} still knows the session. Do all pods have the same REDIS_URL and ANYPOD_PREFIX?`,
    );
  }
  return { detail: pods.length > 0 ? 'the session is gone on every pod' : 'the session is gone' };
}
