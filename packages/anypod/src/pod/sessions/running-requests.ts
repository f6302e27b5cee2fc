import type { Deadline, Deadlines } from '../../core/deadlines.ts';
import type { JsonRpcResponse, RequestId } from '../../core/json/json-rpc.ts';
import type { Link } from '../../core/linked-list.ts';
import type { Exchange } from '../streams/exchange.ts';

/** Gets the server's answer to a request, and returns the answer for the client. Never rejects. */
export type Settle = (response: JsonRpcResponse) => Promise<JsonRpcResponse>;

/** A request that the session's server is handling. */
export interface Running {
  readonly exchange: Exchange;
  readonly request: RequestId;
  readonly settle: Settle | undefined;
  /** Undefined: the call has no time limit. */
  readonly deadline: Link<Deadline> | undefined;
}

/** The requests of one session that run on this pod. Each has a run, a number that is never used again, because clients may use an id again. */
export class RunningRequests {
  readonly #deadlines: Deadlines | undefined;
  readonly #onLate: (run: number) => void;
  readonly #running = new Map<number, Running>();
  #lastRun = 0;

  /** Calls `onLate` with each run that takes longer than `deadlines` allow. */
  constructor(deadlines: Deadlines | undefined, onLate: (run: number) => void) {
    this.#deadlines = deadlines;
    this.#onLate = onLate;
  }

  /** Notes a request and returns its run. */
  begin(exchange: Exchange, request: RequestId, settle: Settle | undefined): number {
    const run = this.#lastRun + 1;
    this.#lastRun = run;
    const deadline = this.#deadlines?.add({ late: () => this.#onLate(run) });
    this.#running.set(run, { exchange, request, settle, deadline });
    return run;
  }

  get(run: number): Running | undefined {
    return this.#running.get(run);
  }

  /** Removes a request that has ended. Undefined: it was not running. */
  end(run: number): Running | undefined {
    const running = this.#running.get(run);
    if (running === undefined) return undefined;
    this.#running.delete(run);
    if (running.deadline !== undefined) this.#deadlines?.remove(running.deadline);
    return running;
  }

  /** The run of the request that has the client's id. If several have it, the oldest. */
  runOf(request: RequestId): number | undefined {
    for (const [run, running] of this.#running) if (running.request === request) return run;
    return undefined;
  }

  runsOf(exchange: Exchange): readonly number[] {
    return this.runs.filter((run) => this.#running.get(run)?.exchange === exchange);
  }

  get runs(): readonly number[] {
    return [...this.#running.keys()];
  }

  /** Each exchange once. */
  get exchanges(): ReadonlySet<Exchange> {
    return new Set([...this.#running.values()].map(({ exchange }) => exchange));
  }
}
