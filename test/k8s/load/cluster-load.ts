import { LISTENER, MODERN, V1, V2, WIRE } from '../../chaos/clients.ts';
import type { Effects } from '../../chaos/effects.ts';
import { effectViolations } from '../../chaos/judge.ts';
import { startLoad } from '../../chaos/load.ts';
import { openSession } from '../../cluster/wire.ts';
import { createGate } from '../../lib/gate.ts';
import { openIdleSessions } from './idle-sessions.ts';
import type { Seen } from './judge.ts';
import { type RequestRecord, runWorker, type WorkerOptions } from './keep-alive-worker.ts';

/** Constant, and light enough to leave two cores to the pods. */
const CLIENTS = [WIRE, V1, V1, V2, V2, MODERN, MODERN, ...Array.from({ length: 10 }, () => LISTENER)];
const WORKERS_OF_AN_ERA = 4;
const IDLE_SESSIONS = 10;

const MODERN_VERSION = '2026-07-28';
const MODERN_HEADERS = { 'mcp-protocol-version': MODERN_VERSION, 'mcp-method': 'tools/call', 'mcp-name': 'whoami' };
const MODERN_META = {
  'io.modelcontextprotocol/protocolVersion': MODERN_VERSION,
  'io.modelcontextprotocol/clientInfo': { name: 'worker', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};
const WHOAMI = { name: 'whoami', arguments: {} };

/** Official clients, listeners, idle sessions, and workers that try nothing again. */
export interface ClusterLoad {
  /** See `Load`. */
  pause(): Promise<void>;
  resume(): void;
  stop(): Promise<Seen>;
}

export async function startClusterLoad(url: URL, effects: Effects): Promise<ClusterLoad> {
  const idle = await openIdleSessions(url, IDLE_SESSIONS);
  const balancer = { host: url.hostname, port: Number(url.port || 80) };
  const load = await startLoad({ url, balancer, clients: CLIENTS });
  const traffic = createGate();
  const ending = new AbortController();
  const requests: RequestRecord[] = [];
  const workers = await Promise.all(
    [...Array(WORKERS_OF_AN_ERA).keys()].flatMap((index) => [
      legacyWorker({ url, name: `legacy-${index}`, records: requests, traffic }),
      { ...modern, url, name: `modern-${index}`, records: requests, traffic },
    ]),
  );
  const working = Promise.all(workers.map((worker) => runWorker(worker, ending.signal)));
  return {
    async pause() {
      traffic.close();
      await load.pause();
      while (traffic.waiting < workers.length) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    resume() {
      traffic.open();
      load.resume();
    },
    async stop() {
      ending.abort();
      traffic.open();
      await working;
      const records = await load.stop();
      records.sessions.push(...(await idle.look()));
      return { records, requests, effects: effectViolations(records, await effects.all()) };
    },
  };
}

const modern = { headers: MODERN_HEADERS, params: { ...WHOAMI, _meta: MODERN_META } };

async function legacyWorker(worker: Omit<WorkerOptions, 'headers' | 'params'>): Promise<WorkerOptions> {
  const session = await openSession(worker.url, { name: worker.name });
  return { ...worker, headers: session.headers, params: WHOAMI };
}
