import { setTimeout as delay } from 'node:timers/promises';
import { startCuttingProxy } from '../lib/cutting-proxy.ts';
import { answersAfter, type ClientKind, MODERN, V1, V2, WIRE } from './clients.ts';
import { failureOf, failureOfResult } from './failure.ts';
import { type CallRecord, emptyRecords, type Records, type StandingRecord } from './records.ts';
import type { ChaosClient } from './wire-client.ts';

/** Above everything that a promise allows: what takes longer hangs. */
const TIMEOUT_MS = 25_000;
/** A modern call has no way back, so a shorter time tells. */
const MODERN_TIMEOUT_MS = 10_000;
const PAUSE_MS = 40;
const ANSWER_AFTER_MS = 400;

export interface LoadOptions {
  /** Where the clients connect. */
  readonly url: URL;
  /** The balancer's port; the agents connect to it over connections of their own. */
  readonly balancerPort: number;
  /** Default: two wire clients, one of each official kind. */
  readonly clients?: readonly ClientKind[];
  /** Default 20 steps of 100 ms. */
  readonly count?: { readonly steps: number; readonly ms: number };
}

/** Clients that call, listen, answer and announce until they are stopped. */
export interface Load {
  /** What was seen so far. */
  readonly records: Records;
  /** Begins no more calls and waits for those that run. */
  stop(): Promise<Records>;
}

interface Call {
  readonly tool: string;
  readonly args: Record<string, unknown>;
  readonly steps: number;
  readonly expected: string;
  readonly rerunnable?: boolean;
  readonly effect?: string;
}

/** Connects the clients, waits until each hears its standing stream, and starts. */
export async function startLoad(options: LoadOptions): Promise<Load> {
  const records = emptyRecords();
  const kinds = options.clients ?? [WIRE, WIRE, V1, V2, MODERN];
  const clients = await Promise.all(
    kinds.map((kind, index) => LoadClient.connect(kind, `${kind.label}-${index}`, options, records)),
  );
  let going = true;
  const lanes = clients.flatMap((client) => client.lanes(options.count ?? { steps: 20, ms: 100 }));
  const runLane = async (lane: () => Promise<unknown>) => {
    while (going) await lane();
  };
  const running = [...lanes.map(runLane), runLane(() => workflow(options.balancerPort, records))];
  return {
    records,
    async stop() {
      going = false;
      await Promise.all(running);
      await Promise.all(clients.map((client) => client.end()));
      return records;
    },
  };
}

class LoadClient {
  readonly #name: string;
  readonly #kind: ClientKind;
  readonly #records: Records;
  readonly #standing: StandingRecord;
  #client: ChaosClient | undefined;
  #calls = 0;
  #probesHeard = 0;
  #answersLost = 0;

  private constructor(kind: ClientKind, name: string, records: Records) {
    this.#kind = kind;
    this.#name = name;
    this.#records = records;
    this.#standing = { client: name, sent: [], seen: [] };
    records.standing.push(this.#standing);
  }

  static async connect(kind: ClientKind, name: string, { url }: LoadOptions, records: Records): Promise<LoadClient> {
    const self = new LoadClient(kind, name, records);
    const answers = kind.legacy ? answersAfter(() => delay(ANSWER_AFTER_MS), name) : {};
    const on = { 'notifications/message': ({ data }: Record<string, unknown>) => self.#hear(String(data)) };
    self.#client = await kind.connect({
      url,
      name,
      answers,
      on,
      onRepeatedId: (id) => records.repeatedIds.push(id),
      onAnswerLost: () => {
        self.#answersLost += 1;
      },
    });
    if (kind.legacy) await self.#untilStanding();
    return self;
  }

  /** What the client does at once, each again and again. */
  lanes(count: { steps: number; ms: number }): (() => Promise<unknown>)[] {
    const lanes = [() => this.#count(count), () => this.#short()];
    return this.#kind.legacy ? [...lanes, () => this.#charge(), () => this.#ask()] : lanes;
  }

  /** Waits for the last announcements, then closes. */
  async end(): Promise<void> {
    const { sent, seen } = this.#standing;
    const until = Date.now() + 5000;
    const last = sent.at(-1) ?? 0;
    while (Date.now() < until && last > 0 && !seen.some(({ number }) => number === last)) await delay(50);
    await this.#client?.close();
  }

  /** A message sent before the standing stream is open is nobody's loss: probes find out when it is. */
  async #untilStanding(): Promise<void> {
    const until = Date.now() + 15_000;
    while (this.#probesHeard === 0) {
      if (Date.now() > until) throw new Error(`${this.#name} does not hear its standing stream`);
      await this.#client?.call('announce', { text: 'probe' });
      await delay(PAUSE_MS);
    }
  }

  #hear(text: string): void {
    if (text === 'probe') this.#probesHeard += 1;
    else this.#standing.seen.push({ number: Number(text), run: '', at: performance.now() });
  }

  #count({ steps, ms }: { steps: number; ms: number }): Promise<boolean> {
    return this.#run({ tool: 'count', args: { steps, ms }, steps, expected: `${steps}`, rerunnable: true });
  }

  #charge(): Promise<boolean> {
    const effect = crypto.randomUUID();
    return this.#run({ tool: 'charge', args: { key: effect, steps: 8, ms: 100 }, steps: 8, expected: '8', effect });
  }

  #ask(): Promise<boolean> {
    const lostBefore = this.#answersLost;
    return this.#run({ tool: 'ask', args: {}, steps: 1, expected: this.#name }, () => this.#answersLost > lostBefore);
  }

  async #short(): Promise<void> {
    await this.#run({ tool: 'echo', args: { text: 'short' }, steps: 0, expected: 'short', rerunnable: true });
    if (this.#kind.legacy) await this.#announce();
    await delay(PAUSE_MS);
  }

  async #announce(): Promise<void> {
    const number = ++this.#calls;
    const answered = await this.#run({
      tool: 'announce',
      args: { text: `${number}` },
      steps: 0,
      expected: 'announced',
    });
    if (answered) this.#standing.sent.push(number);
  }

  async #run(call: Call, lostOnItsWay = () => false): Promise<boolean> {
    const record = await runCall(this.#client as ChaosClient, this.#name, call, this.#kind.legacy);
    // Nobody sends an answer twice: what waits for it waits for what went down with a connection.
    if (record.failure?.kind === 'hung' && lostOnItsWay())
      record.failure = { kind: 'cut', message: 'its answer was cut' };
    this.#records.calls.push(record);
    // As a client that is refused: it does not come back at once.
    if (record.failure !== undefined) await delay(500);
    return record.failure === undefined;
  }
}

async function runCall(client: ChaosClient, name: string, call: Call, legacy: boolean): Promise<CallRecord> {
  const { tool, args, steps, expected, rerunnable = false, effect } = call;
  const startedAt = performance.now();
  const record: CallRecord = {
    client: name,
    tool,
    steps,
    rerunnable,
    startedAt,
    endedAt: startedAt,
    seen: [],
    ...(effect === undefined ? {} : { effect }),
  };
  try {
    const text = await client.call(tool, args, {
      timeout: legacy ? TIMEOUT_MS : MODERN_TIMEOUT_MS,
      onprogress: ({ progress, message = '' }) =>
        record.seen.push({ number: progress, run: message.split(' ')[0] as string, at: performance.now() }),
    });
    if (text !== expected) record.failure = failureOfResult(text, expected);
  } catch (error) {
    record.failure = failureOf(error, { hasId: legacy && record.seen.length > 0, modern: !legacy });
  }
  record.endedAt = performance.now();
  return record;
}

/** An agent's three calls: its connections break after the second, and the third goes on in the same session. */
async function workflow(balancerPort: number, records: Records): Promise<void> {
  const proxy = await startCuttingProxy(balancerPort);
  try {
    const client = await WIRE.connect({ url: new URL(proxy.url), name: 'agent' });
    const effect = crypto.randomUUID();
    const args = { key: effect, steps: 4, ms: 50 };
    const run = async (call: Call) => {
      const record = await runCall(client, 'agent', call, true);
      records.calls.push(record);
      return record.failure === undefined;
    };
    const isWell =
      (await run({ tool: 'count', args: { steps: 4, ms: 50 }, steps: 4, expected: '4', rerunnable: true })) &&
      (await run({ tool: 'charge', args, steps: 4, expected: '4', effect }));
    await proxy.cut('all');
    await delay(PAUSE_MS);
    if (isWell) await run({ tool: 'charged', args: { key: effect }, steps: 0, expected: '1' });
    await client.close();
  } catch (error) {
    const now = performance.now();
    const failure = failureOf(error, { hasId: false, modern: false });
    records.calls.push({
      client: 'agent',
      tool: 'initialize',
      steps: 0,
      rerunnable: true,
      startedAt: now,
      endedAt: now,
      seen: [],
      failure,
    });
    await delay(500);
  } finally {
    await proxy.stop();
  }
}
