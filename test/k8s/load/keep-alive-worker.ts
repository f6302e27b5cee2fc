import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Failure, FailureKind } from '../../chaos/records.ts';
import type { Gate } from '../../lib/gate.ts';

/** One HTTP request of a worker. */
export interface RequestRecord {
  readonly worker: string;
  /** ms, as `performance.now()`. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Process and version that answered. */
  readonly run?: string;
  readonly version?: string;
  readonly failure?: Failure;
}

export interface WorkerOptions {
  readonly url: URL;
  readonly name: string;
  /** Both make the request a `tools/call` of `whoami`, in the era of the worker. */
  readonly headers: Readonly<Record<string, string>>;
  readonly params: object;
  readonly records: RequestRecord[];
  /** While it is closed, nothing is sent. */
  readonly traffic: Gate;
}

const PAUSE_MS = 25;
const TIMEOUT_MS = 10_000;

/** Sends one request after the other over one connection that it keeps, and never any again: what fails has failed. */
export async function runWorker(options: WorkerOptions, signal: AbortSignal): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    for (let id = 1; !signal.aborted; id += 1) {
      await options.traffic.pass();
      options.records.push(await send(options, agent, id));
      await delay(PAUSE_MS);
    }
  } finally {
    agent.destroy();
  }
}

async function send(options: WorkerOptions, agent: Agent, id: number): Promise<RequestRecord> {
  const startedAt = performance.now();
  const outcome = await post(options, agent, id).then(judge, (error: Error) => ({ failure: failureOf(error) }));
  return { worker: options.name, startedAt, endedAt: performance.now(), ...outcome };
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

function post({ url, headers, params }: WorkerOptions, agent: Agent, id: number): Promise<Answer> {
  const body = JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params });
  const all = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    accept: 'application/json, text/event-stream',
    ...headers,
  };
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { agent, method: 'POST', headers: all, signal: AbortSignal.timeout(TIMEOUT_MS) },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.once('error', reject);
        response.once('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      },
    );
    sent.once('error', (error: Error) => {
      reject(sent.reusedSocket ? new Error(`${error.message} on a connection that was kept alive`) : error);
    });
    sent.end(body);
  });
}

/** `whoami` answers the process and the version. */
const WHO = /"text":"(\S+) ([^\s"]+)"/;

/** What balancers and pods say of a pod that is gone, and of a store that is away. */
const KINDS: Readonly<Record<number, FailureKind>> = { 502: 'cut', 503: 'refused', 504: 'cut' };

function judge({ status, body }: Answer): Pick<RequestRecord, 'run' | 'version' | 'failure'> {
  const [, run, version] = WHO.exec(body) ?? [];
  if (status === 200 && run !== undefined && version !== undefined) return { run, version };
  return { failure: { kind: KINDS[status] ?? 'wrong', message: `HTTP ${status}: ${body.slice(0, 300)}` } };
}

function failureOf({ name, message }: Error): Failure {
  return { kind: name === 'TimeoutError' || name === 'AbortError' ? 'hung' : 'cut', message };
}
