import { type Balancer, startBalancer } from './balancer-process.ts';
import { freePort } from './free-port.ts';

export interface HaproxyOptions {
  /** Where the pods listen (127.0.0.1). */
  readonly pods: readonly { readonly port: number }[];
  /** Default: a free port. */
  readonly port?: number;
  /** Default: as documented. Chooses a pod for each request, in turn or at random. Random shows what an even number of requests in turn may hide. */
  readonly balance?: 'roundrobin' | 'random';
  /** How long a connection may be silent, ms. Default: as documented. */
  readonly idleMs?: number;
}

/** haproxy with `deploy/balancers/haproxy.cfg`. */
export async function startHaproxy({ pods, balance, idleMs, ...options }: HaproxyOptions): Promise<Balancer> {
  const port = options.port ?? (await freePort());
  const servers = pods.map((pod, index) => `  server pod${index} 127.0.0.1:${pod.port}\n`).join('');
  const algorithm = balance === 'random' ? 'random(1)' : balance;
  return startBalancer({
    command: 'haproxy',
    file: 'haproxy.cfg',
    port,
    substitutions: () => [
      [/(?<=^ {2}bind ):8080$/m, `127.0.0.1:${port}`],
      [/(^ {2}server .*\n)+/m, servers],
      ...(algorithm === undefined ? [] : [[/(?<=^ {2}balance )leastconn$/m, algorithm] as const]),
      ...(idleMs === undefined
        ? []
        : [
            [
              /timeout client 1h\n {2}timeout server 1h/,
              `timeout client ${idleMs}ms\n  timeout server ${idleMs}ms`,
            ] as const,
          ]),
    ],
    args: (file) => ['-W', '-f', file],
    reload: 'SIGUSR2',
  });
}
