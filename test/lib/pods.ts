import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Child, type Exit, startChild } from './child.ts';
import { freePort } from './free-port.ts';
import { waitUntilReady } from './wait-until-ready.ts';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));

/** A secret for tests only. Pods that form one server need the same one. */
export const TEST_SECRET = 'a-secret-that-only-tests-may-use-0123456789';

export interface PodOptions {
  /** The user's module: a path (absolute, or relative to `cwd`). */
  readonly module: string;
  /** Undefined: use the embedded store. */
  readonly redisUrl?: string;
  /** `ANYPOD_SECRET`. Default: `TEST_SECRET` if there is a `redisUrl`. */
  readonly secret?: string;
  /** Default: a free port. Give one to start a pod again where another was. */
  readonly port?: number;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** More arguments of `anypod serve`. */
  readonly args?: readonly string[];
  /** Default: the root of the repository. */
  readonly cwd?: string;
  /** The program to run instead of anypod's own command: a path from the root of the repository. */
  readonly program?: string;
  /** A built checkout of the repository to run instead of this one, so that pods of two versions form one server. */
  readonly checkout?: string;
}

/** One `anypod serve` process. */
export interface Pod {
  readonly port: number;
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** The endpoint: `<origin>/mcp`. */
  readonly url: string;
  readonly process: Child;
  logs(): string;
  /** SIGTERM, then SIGKILL after 10 s. */
  stop(): Promise<Exit>;
  /** Sends SIGKILL: the pod is lost without a warning. */
  kill9(): Promise<Exit>;
}

/** Starts one pod and waits until `GET /readyz` answers 200. */
export async function startPod(options: PodOptions): Promise<Pod> {
  const port = options.port ?? (await freePort());
  const child = startChild(process.execPath, commandLine(options, port), {
    cwd: options.cwd ?? REPOSITORY,
    env: environment(options),
  });
  const origin = `http://127.0.0.1:${port}`;
  const ready = async () => (await fetch(`${origin}/readyz`)).status === 200;
  try {
    await waitUntilReady(child, ready, { name: `pod ${options.module}` });
  } catch (error) {
    await child.stop(0).catch(() => {});
    throw error;
  }
  return {
    port,
    origin,
    url: `${origin}/mcp`,
    process: child,
    logs: () => child.logs(),
    stop: () => child.stop(),
    kill9() {
      child.signal('SIGKILL');
      return child.exited;
    },
  };
}

function commandLine(options: PodOptions, port: number): string[] {
  const redis = options.redisUrl === undefined ? [] : ['--redis', options.redisUrl];
  return [
    join(options.checkout ?? REPOSITORY, options.program ?? 'packages/anypod/bin/anypod.js'),
    'serve',
    options.module,
    '--port',
    `${port}`,
    ...redis,
    ...(options.args ?? []),
  ];
}

function environment({ redisUrl, secret, env }: PodOptions): NodeJS.ProcessEnv {
  const chosen = secret ?? (redisUrl === undefined ? undefined : TEST_SECRET);
  // Most tests have no balancer that needs time to notice.
  const atOnce = { ANYPOD_DRAIN_DELAY: '0' };
  return { ...process.env, ...atOnce, ...(chosen === undefined ? {} : { ANYPOD_SECRET: chosen }), ...env };
}

/** Pods that form one server. */
export interface Pods {
  readonly pods: readonly Pod[];
  /** The output of all pods, each under its port. */
  logs(): string;
  /** Stops the pods that still run. */
  stop(): Promise<void>;
}

/** Starts `count` pods at once. If one cannot start, stops the others. */
export async function startPods({ count, ...options }: PodOptions & { count: number }): Promise<Pods> {
  const starts = await Promise.allSettled(Array.from({ length: count }, () => startPod(options)));
  const pods = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const stop = async () => void (await Promise.all(pods.map((pod) => pod.stop())));
  const failed = starts.find((start) => start.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return { pods, stop, logs: () => pods.map((pod) => `--- pod ${pod.port}\n${pod.logs()}`).join('\n') };
}
