import { createGate } from '../lib/gate.ts';
import { type Balancer, runAgent } from './agent.ts';
import { type ClientKind, MODERN, V1, V2, WIRE } from './clients.ts';
import { startLanes } from './lanes.ts';
import { LoadClient } from './load-client.ts';
import { emptyRecords, type Records } from './records.ts';

export interface LoadOptions {
  /** Where the clients connect. */
  readonly url: URL;
  /** The agents connect to it over connections of their own. */
  readonly balancer: Balancer;
  /** Default: two wire clients, one of each official kind. */
  readonly clients?: readonly ClientKind[];
  /** Default 20 steps of 100 ms. */
  readonly count?: { readonly steps: number; readonly ms: number };
}

/** Clients that call, listen, answer and announce until they are stopped. */
export interface Load {
  /** What was seen so far. */
  readonly records: Records;
  /** Begins no more calls, waits for those that run, and then sends nothing at all: streams that end are not opened again. */
  pause(): Promise<void>;
  /** Goes on with the same sessions. */
  resume(): void;
  /** Begins no more calls and waits for those that run. */
  stop(): Promise<Records>;
}

/** Connects the clients, waits until each hears its standing stream, and starts. */
export async function startLoad(options: LoadOptions): Promise<Load> {
  const { url, balancer, clients: kinds = [WIRE, WIRE, V1, V2, MODERN], count = { steps: 20, ms: 100 } } = options;
  const records = emptyRecords();
  const traffic = createGate();
  const clients = await Promise.all(
    kinds.map((kind, index) => LoadClient.connect(kind, `${kind.label}-${index}`, { url, traffic }, records)),
  );
  const lanes = startLanes([...clients.flatMap((client) => client.lanes(count)), () => runAgent(balancer, records)]);
  return {
    records,
    async pause() {
      await lanes.pause();
      traffic.close();
    },
    resume() {
      traffic.open();
      lanes.resume();
    },
    async stop() {
      traffic.open();
      await lanes.stop();
      await Promise.all(clients.map((client) => client.end()));
      return records;
    },
  };
}
