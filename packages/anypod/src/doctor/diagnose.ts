import { ProbeFailure } from '../probe/failure.ts';
import { type Target, urlTarget } from '../probe/target.ts';
import { type Admission, admit, type Refusal } from './admission.ts';
import { judgeChallenge, probeAuthorization } from './authorization.ts';
import { type Called, callTool, judgeArrivals, judgeCall, judgeQuestions, NO_TOOL, type ToolCall } from './call.ts';
import { type Diagnosis, type Finding, fault, type OnRow, type Row, unknown, well } from './finding.ts';
import { probeAccept, probeBrokenBody, probeHeaderSize, probeSlash } from './http.ts';
import { type IdleConnection, judgeKeepAlive, watchIdleConnection } from './idle-connection.ts';
import { probeOrigin } from './origin.ts';
import { probeCompression, probeEventIdHeader, probeResume } from './resume.ts';
import { probeResumedCall } from './resumed-call.ts';
import { probeRevisions } from './revisions.ts';
import { probeSessionHeader } from './session-header.ts';
import { probeAffinity, probeDelete, probeReplicas, probeUnknownSession, probeVersionHeader } from './sessions.ts';
import { judgeHeartbeats, judgeIdle, judgeOpening, type Watched, watchStanding } from './standing-stream.ts';

/** What to diagnose. */
export interface DoctorOptions {
  /** The MCP endpoint's URL as clients use it. */
  readonly url: URL;
  /** Sent with every request, such as credentials. Names are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** A tool that may be called, twice. */
  readonly call?: ToolCall;
  /** How long one request may take, ms. */
  readonly timeoutMs: number;
  /** How long an idle stream and an idle connection are watched, ms. */
  readonly watchMs: number;
  /** After this time nothing more is probed, ms. */
  readonly mostMs: number;
}

/** Told before each probe: its name, its number and how many there are. */
export type OnProgress = (id: string, number: number, of: number) => void;

/** Who is told what while the doctor probes. */
export interface Listener {
  readonly onProgress?: OnProgress;
  readonly onRow?: OnRow;
}

type Probe = readonly [id: string, probe: () => Finding | Promise<Finding>];

/** Probes an endpoint, one probe after the other. A probe that fails in an unexpected way becomes a row that says so. */
export async function diagnose(options: DoctorOptions, { onProgress, onRow }: Listener = {}): Promise<Diagnosis> {
  const { url, timeoutMs } = options;
  const target: Target = { ...urlTarget(url), headers: options.headers };
  const rows: Row[] = [];
  const tell: OnRow = (row) => {
    rows.push(row);
    onRow?.(row);
  };
  let admission: Admission | Refusal | undefined;
  const first = await settle(async () => {
    admission = await admit(target, timeoutMs);
    return 'visit' in admission ? well(`${admission.server}, ${admission.visit.version}`) : judgeRefusal(admission);
  }, timeoutMs);
  tell({ id: 'answers', ...first });
  if (admission === undefined) return { url: url.href, rows };
  const known = admission;
  const begun = performance.now();
  const probes = 'visit' in known ? probesOf(known, options) : challengeOf(known, target, timeoutMs);
  for (const [index, [id, probe]] of probes.entries()) {
    onProgress?.(id, index + 1, probes.length);
    const isLate = performance.now() - begun > options.mostMs;
    tell({ id, ...(isLate ? NO_TIME : await settle(probe, timeoutMs)) });
  }
  return { url: url.href, ...('visit' in known ? { server: known.server } : {}), rows };
}

const NO_TIME = unknown(
  'the other probes took all the time',
  'Allow more with --most, or less for each request with --timeout.',
);

/** All probes, in their order: later ones use what earlier ones have found out. */
function probesOf({ visit, headers }: Admission, options: DoctorOptions): readonly Probe[] {
  const { call, timeoutMs, watchMs } = options;
  const idling = once((): Promise<IdleConnection> => watchIdleConnection(visit, watchMs));
  const watching = once((): Promise<Watched> => {
    // Both only wait, so they wait together.
    idling().catch(() => undefined);
    return watchStanding(visit, watchMs);
  });
  const calling = once((tool: ToolCall): Promise<Called> => callTool(visit, tool));
  const ofCall = (judge: (called: Called, tool: ToolCall) => Finding | Promise<Finding>) => async () =>
    call === undefined ? unknown('no tool was named', NO_TOOL) : judge(await calling(call), call);
  const ofStream = (judge: (watched: Watched) => Finding | Promise<Finding>) => async () =>
    visit.era === 'modern' ? unknown('2026-07-28 has no standing stream') : judge(await watching());
  return [
    ['revisions', () => probeRevisions(visit, timeoutMs)],
    ['session-header', () => probeSessionHeader(visit)],
    ['replicas', () => probeReplicas(visit)],
    ['affinity', () => probeAffinity(visit, headers)],
    ['stream-opens', ofStream(judgeOpening)],
    ['heartbeats', ofStream(judgeHeartbeats)],
    ['idle-stream', ofStream(judgeIdle)],
    ['resume', ofStream((watched) => probeResume(visit, watched))],
    ['event-id-header', ofStream((watched) => probeEventIdHeader(visit, watched))],
    ['compression', ofStream((watched) => probeCompression(visit, watched))],
    ['call', ofCall(judgeCall)],
    ['buffering', ofCall(judgeArrivals)],
    ['questions', ofCall((called) => judgeQuestions(called, visit))],
    ['resume-call', ofCall((called, tool) => probeResumedCall(visit, tool, called))],
    ['unknown-session', () => probeUnknownSession(visit)],
    ['version-header', () => probeVersionHeader(visit)],
    ['accept', () => probeAccept(visit)],
    ['slash', () => probeSlash(visit)],
    ['header-size', () => probeHeaderSize(visit)],
    ['broken-body', () => probeBrokenBody(visit)],
    ['keep-alive', async () => judgeKeepAlive(headers, await idling())],
    ['origin', () => probeOrigin(visit)],
    ['authorization', () => probeAuthorization(visit.target, timeoutMs)],
    ['delete', () => probeDelete(visit)],
  ];
}

function challengeOf({ status, headers }: Refusal, target: Target, timeoutMs: number): readonly Probe[] {
  if (status !== 401) return [];
  const { headers: _, ...bare } = target;
  return [['authorization', () => judgeChallenge(bare, headers, timeoutMs)]];
}

function judgeRefusal({ status, text }: Refusal): Finding {
  const evidence = `initialize and server/discover were answered by ${status}${text === '' ? '' : `: ${text}`}`;
  if (status === 401 || status === 403) return fault(evidence, 'Pass credentials: --header "Authorization: Bearer …".');
  if (status >= 300 && status < 400)
    return fault(evidence, 'Use the URL to which it redirects. The doctor follows no redirect.');
  if (status === 404) return fault(evidence, 'Check the path of the URL; /mcp is usual.');
  if (status >= 500) return fault(evidence, 'The balancer finds no server that works. Look at its health checks.');
  return fault(evidence, 'Check that the URL is an MCP endpoint for Streamable HTTP.');
}

function once<A extends unknown[], T>(make: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  let made: Promise<T> | undefined;
  return (...args) => {
    made ??= make(...args);
    return made;
  };
}

/** The finding of a probe, also where it throws. */
async function settle(probe: () => Finding | Promise<Finding>, timeoutMs: number): Promise<Finding> {
  try {
    return await probe();
  } catch (error) {
    const { name, message } = error as Error;
    if (error instanceof ProbeFailure) return fault(error.evidence, error.remedy);
    if (name === 'TimeoutError') {
      return fault(`no answer within ${timeoutMs} ms`, 'Allow more time with --timeout, or find what holds it back.');
    }
    return fault(`the probe ended: ${message}`, 'Look at the logs of the balancer and of the server.');
  }
}
