import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from './child.ts';
import { freePort } from './free-port.ts';
import { waitUntilReady } from './wait-until-ready.ts';

export interface HaproxyOptions {
  /** Where the pods listen (127.0.0.1). */
  readonly pods: readonly { readonly port: number }[];
  /** Both choose a pod anew for every request. Random hides nothing behind an even number of requests. */
  readonly balance: 'roundrobin' | 'random';
}

export interface Haproxy {
  readonly port: number;
  readonly origin: string;
  /** The endpoint: `<origin>/mcp`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a balancer without affinity in front of the pods: per request, no cookies, no reused connections. */
export async function startHaproxy({ pods, balance }: HaproxyOptions): Promise<Haproxy> {
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), 'anypod-haproxy-'));
  const file = join(directory, 'haproxy.cfg');
  await writeFile(file, configuration(port, pods, balance));
  const child = startChild('haproxy', ['-db', '-f', file]);
  const origin = `http://127.0.0.1:${port}`;
  const stop = async () => {
    await child.stop(1000);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await waitUntilReady(child, async () => (await fetch(`${origin}/readyz`)).status === 200, { name: 'haproxy' });
  } catch (error) {
    await stop().catch(() => {});
    throw error;
  }
  return { port, origin, url: `${origin}/mcp`, stop };
}

/**
 * A POST is not idempotent, so only a connection that was refused is tried on another pod. `timeout client|server` count
 * silence and exceed every heartbeat. A pod that is no longer ready gets no new requests and keeps those it has.
 */
function configuration(port: number, pods: HaproxyOptions['pods'], balance: HaproxyOptions['balance']): string {
  return `
global
  maxconn 4096

defaults
  mode http
  option http-server-close
  option http-no-delay
  option redispatch 1
  http-reuse never
  retries 2
  retry-on conn-failure
  timeout connect 2s
  timeout client 1h
  timeout server 1h
  timeout http-request 10s
  timeout client-fin 5s

listen mcp
  bind 127.0.0.1:${port}
  balance ${balance === 'random' ? 'random(1)' : 'roundrobin'}
  option httpchk
  http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host localhost
  http-check expect status 200
  default-server check inter 500ms fall 2 rise 1
${pods.map((pod, index) => `  server pod${index} 127.0.0.1:${pod.port}`).join('\n')}
`;
}
