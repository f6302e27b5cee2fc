import type { SessionRecord } from '../core/session/session.ts';
import type { Store, StoreOptions } from '../core/store/store.ts';

/** The two functions of a test runner that the suites need (vitest, node:test, mocha and jest have them). */
export interface Runner {
  describe(name: string, suite: () => void): unknown;
  it(name: string, test: () => Promise<void>): unknown;
}

/** A fresh, empty store, as two pods see it. */
export interface Opened {
  readonly a: Store;
  /** Has the same data as `a`, and its own connections if the store has any. */
  readonly b: Store;
  /** Lets time pass for the store: moves its clock on, or waits. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** An implementation of the ports that the suites test. */
export interface Subject {
  readonly name: string;
  open(options?: StoreOptions): Promise<Opened>;
}

/** Tests one promise of a store. Throws if the store breaks it. */
export type Check = (opened: Opened) => Promise<void>;

/** The promises of a port, each named by a sentence. Some need a store with other options. */
export interface Contract {
  readonly of: string;
  readonly holds: Readonly<Record<string, Check | { readonly options: StoreOptions; readonly check: Check }>>;
}

/** A session record like the ones that `initialize` makes. */
export function sampleRecord(id: string): SessionRecord {
  return {
    id,
    protocolVersion: '2025-11-25',
    initialize: {
      protocolVersion: '2025-11-25',
      capabilities: { elicitation: { form: {} }, roots: { listChanged: true } },
      clientInfo: { name: 'contract', title: 'Ünïcode ✓', version: '1.0.0' },
    },
    principal: 'https://issuer.example|alice',
    createdAt: 1_700_000_000_000,
  };
}

/** Longer than anything takes on a busy machine, such as a failover of a Redis Cluster. */
const PATIENCE_MS = 45_000;

/** Waits until `holds` returns true. Throws after 45 seconds with an error that names `what`. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not true after ${PATIENCE_MS} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
