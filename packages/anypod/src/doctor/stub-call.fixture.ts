import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** What a stub does wrong with calls. */
export type CallFault =
  | 'call answers json'
  | 'call fails'
  | 'call fails silently'
  | 'call 500'
  | 'call buffered'
  | 'call no ids'
  | 'call asks'
  | 'call never ends'
  | 'answers refused'
  | 'resumed call refused'
  | 'resumed call loses'
  | 'resumed call doubles'
  | 'resumed call renumbers'
  | 'resumed call ends early'
  | 'equal messages'
  | 'fewer messages later';

/** How long the tool waits between its messages: so long that nobody takes them for one packet. */
const STEP_MS = 150;

interface Event {
  readonly id: string;
  readonly data: string;
}

/** The log of one call. */
class CallLog {
  readonly events: Event[] = [];
  readonly #name: string;
  readonly #followers = new Set<() => void>();
  done = false;

  constructor(name: string) {
    this.#name = name;
  }

  add(message: object): void {
    const id = `${this.#name}-${this.events.length}`;
    this.events.push({ id, data: JSON.stringify({ jsonrpc: '2.0', ...message }) });
    this.#tell();
  }

  end(): void {
    this.done = true;
    this.#tell();
  }

  /** Calls back now, and whenever there is more. */
  follow(response: ServerResponse, more: () => void): void {
    this.#followers.add(more);
    response.on('close', () => this.#followers.delete(more));
    more();
  }

  #tell(): void {
    for (const more of [...this.#followers]) more();
  }
}

/** The calls of a stub: a tool with four messages and a result, whose streams can be resumed. */
export class StubCalls {
  readonly #has: (fault: CallFault) => boolean;
  readonly #logs: CallLog[] = [];
  readonly #stopping = new AbortController();
  #answered = Promise.withResolvers<void>();

  constructor(has: (fault: CallFault) => boolean) {
    this.#has = has;
  }

  /** Whether an event id is one of a call. */
  static owns(eventId: string): boolean {
    return eventId.startsWith('call');
  }

  stop(): void {
    this.#stopping.abort();
  }

  /** Takes an answer of the client to a question. The status of it. */
  answer(): number {
    if (this.#has('answers refused')) return 500;
    this.#answered.resolve();
    return 202;
  }

  /** Serves the POST of a call. */
  call(id: unknown, response: ServerResponse): void {
    if (this.#has('call 500')) return void response.writeHead(500).end();
    const outcome = this.#outcome(id);
    if (this.#has('call answers json')) {
      return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(outcome));
    }
    const log = new CallLog(`call${this.#logs.length}`);
    this.#logs.push(log);
    void this.#run(log, outcome, this.#logs.length > 1).catch(() => undefined);
    if (this.#has('call buffered')) log.follow(response, () => log.done && this.#send(response, log, 0));
    else this.#send(response, log, 0);
  }

  /** Serves a GET that resumes the stream of a call. */
  resume(eventId: string, response: ServerResponse): void {
    const [name = '', position = ''] = eventId.split('-');
    const log = this.#logs[Number(name.slice('call'.length))] as CallLog;
    if (this.#has('resumed call refused')) return void response.writeHead(400).end();
    if (this.#has('resumed call ends early')) return void response.writeHead(200, STREAM).end(': over\n\n');
    const isWhole = this.#has('resumed call doubles') || this.#has('resumed call renumbers');
    if (this.#has('resumed call loses')) this.#sendLast(response, log);
    else this.#send(response, log, isWhole ? 0 : Number(position) + 1);
  }

  #outcome(id: unknown): object {
    const content = [{ type: 'text', text: 'done' }];
    if (this.#has('call fails silently')) return { jsonrpc: '2.0', id, result: { isError: true } };
    const result = this.#has('call fails') ? { content, isError: true } : { content };
    return { jsonrpc: '2.0', id, result };
  }

  async #run(log: CallLog, outcome: object, isLater: boolean): Promise<void> {
    const steps = isLater && this.#has('fewer messages later') ? 2 : 4;
    for (let step = 1; step <= steps; step += 1) {
      const progress = { method: 'notifications/progress', params: { progressToken: 'doctor-call', progress: step } };
      const line = { method: 'notifications/message', params: { level: 'info', data: 'still working' } };
      log.add(this.#has('equal messages') ? line : progress);
      await delay(STEP_MS, undefined, { signal: this.#stopping.signal });
    }
    if (this.#has('call asks')) await this.#ask(log);
    if (!this.#has('call never ends')) log.add(outcome);
    log.end();
  }

  async #ask(log: CallLog): Promise<void> {
    this.#answered = Promise.withResolvers();
    this.#stopping.signal.addEventListener('abort', () => this.#answered.reject(new Error('stopped')));
    const params = { message: 'your name?', requestedSchema: { type: 'object', properties: {} } };
    log.add({ id: 'question', method: 'elicitation/create', params });
    await this.#answered.promise;
  }

  /** Sends what a log has from a position on, until it ends. */
  #send(response: ServerResponse, log: CallLog, from: number): void {
    response.writeHead(200, STREAM);
    let next = from;
    log.follow(response, () => {
      for (; next < log.events.length; next += 1) response.write(this.#blockOf(log.events[next] as Event, from));
      if (log.done) response.end();
    });
  }

  #sendLast(response: ServerResponse, log: CallLog): void {
    log.follow(response, () => log.done && this.#send(response, log, log.events.length - 1));
  }

  #blockOf({ id, data }: Event, from: number): string {
    if (this.#has('call no ids')) return `data: ${data}\n\n`;
    const given =
      this.#has('resumed call renumbers') && from === 0 && this.#logs.length > 1 ? `${id}-${Math.random()}` : id;
    return `id: ${given}\ndata: ${data}\n\n`;
  }
}

const STREAM = { 'content-type': 'text/event-stream' };
