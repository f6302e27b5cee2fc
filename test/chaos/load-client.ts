import { setTimeout as delay } from 'node:timers/promises';
import type { Gate } from '../lib/gate.ts';
import { answersAfter, type ClientKind } from './clients.ts';
import type { Records, StandingRecord } from './records.ts';
import { type Call, runCall } from './run-call.ts';
import type { ChaosClient } from './wire-client.ts';

const PAUSE_MS = 40;
const LISTENER_PAUSE_MS = 500;
const ANSWER_AFTER_MS = 400;

export interface LoadClientOptions {
  readonly url: URL;
  /** While it is closed, nothing is sent. */
  readonly traffic: Gate;
}

/** One client of the load, with its session and its standing stream. */
export class LoadClient {
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

  /** Connects, and waits until the client hears its standing stream. */
  static async connect(
    kind: ClientKind,
    name: string,
    { url, traffic }: LoadClientOptions,
    records: Records,
  ): Promise<LoadClient> {
    const self = new LoadClient(kind, name, records);
    const answers = kind.legacy ? answersAfter(() => delay(ANSWER_AFTER_MS), name) : {};
    const on = { 'notifications/message': ({ data }: Record<string, unknown>) => self.#hear(String(data)) };
    self.#client = await kind.connect({
      url,
      name,
      answers,
      on,
      beforeRequest: () => traffic.pass(),
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
    if (this.#kind.onlyListens) return [() => this.#announceNowAndThen()];
    const lanes = [() => this.#count(count), () => this.#short()];
    return this.#kind.legacy ? [...lanes, () => this.#charge(), () => this.#ask()] : lanes;
  }

  /** Waits for the last announcements, sees whether the session is still there, closes. */
  async end(): Promise<void> {
    const { sent, seen } = this.#standing;
    const until = Date.now() + (this.#kind.resumes === false ? 1000 : 30_000);
    const last = sent.at(-1) ?? 0;
    while (Date.now() < until && last > 0 && !seen.some(({ number }) => number === last)) await delay(50);
    if (this.#kind.legacy) this.#records.sessions.push({ client: this.#name, kept: await this.#isKept() });
    await this.#client?.close();
  }

  async #isKept(): Promise<boolean> {
    const answer = this.#client?.call('echo', { text: 'kept' }, { timeout: 30_000 });
    return (await answer?.catch(() => undefined)) === 'kept';
  }

  /** A message sent before the standing stream is open is nobody's loss: probes find out when it is. */
  async #untilStanding(): Promise<void> {
    const until = Date.now() + 45_000;
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

  async #announceNowAndThen(): Promise<void> {
    await this.#announce();
    await delay(LISTENER_PAUSE_MS);
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
