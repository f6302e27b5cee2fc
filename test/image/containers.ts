/** Containers of the image under test, run as a strict platform runs them: root file system read-only, no capability, no new privileges. */
import {
  GenericContainer,
  getContainerRuntimeClient,
  type StartedNetwork,
  type StartedTestContainer,
  Wait,
} from 'testcontainers';

/** The image under test; `make image` builds it. */
export const IMAGE = process.env['ANYPOD_IMAGE'] ?? 'anypod:dev';
const PORT = 3000;
const METRICS_PORT = 9464;

const REDIS_IMAGE = process.env['REDIS_IMAGE'] ?? 'redis:7';
const STARTUP_MS = 30_000;
const SECRET = 'a-secret-that-only-tests-may-use-0123456789';

/** How a container's process ended. */
export interface End {
  readonly code: number;
  /** The kernel ended it for its memory. */
  readonly outOfMemory: boolean;
  readonly output: string;
}

export interface AnypodOptions {
  /** Default: the image under test. */
  readonly image?: string;
  /** With a network: the Redis in it. None: the embedded store. */
  readonly network?: StartedNetwork;
  readonly env?: Readonly<Record<string, string>>;
  readonly memoryMiB?: number;
}

/** A ready container. */
export interface AnypodContainer {
  /** The endpoint, as this machine reaches it. */
  readonly url: URL;
  readonly metricsUrl: URL;
  /** Runs a program inside. */
  exec(command: readonly string[]): Promise<{ readonly exitCode: number; readonly output: string }>;
  /** The value of a JavaScript expression, by the image's own Node. */
  evaluate(expression: string): Promise<unknown>;
  signal(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Resolves when the process has ended. */
  ended(): Promise<End>;
  remove(): Promise<void>;
}

class StrictContainer extends GenericContainer {
  constructor(image: string, memoryMiB: number | undefined) {
    super(image);
    this.hostConfig.ReadonlyRootfs = true;
    if (memoryMiB !== undefined) this.hostConfig.Memory = this.hostConfig.MemorySwap = memoryMiB * 1024 * 1024;
    this.withDroppedCapabilities('ALL').withSecurityOpt('no-new-privileges').withAutoRemove(false);
  }
}

async function docker() {
  return (await getContainerRuntimeClient()).container.dockerode;
}

/** Starts a container and waits until it is ready. */
export async function startAnypod({
  image = IMAGE,
  network,
  env,
  memoryMiB,
}: AnypodOptions = {}): Promise<AnypodContainer> {
  const container = new StrictContainer(image, memoryMiB)
    .withEnvironment({ ANYPOD_DRAIN_DELAY: '0', ...env })
    .withExposedPorts(PORT, METRICS_PORT)
    .withStartupTimeout(STARTUP_MS)
    .withWaitStrategy(Wait.forHttp('/readyz', PORT));
  if (network !== undefined) {
    container.withNetwork(network).withEnvironment({ REDIS_URL: 'redis://redis:6379', ANYPOD_SECRET: SECRET });
  }
  return controlled(await container.start());
}

async function controlled(started: StartedTestContainer): Promise<AnypodContainer> {
  const handle = (await docker()).getContainer(started.getId());
  const exec = async (command: readonly string[]) => started.exec([...command]);
  const at = (port: number, path: string) =>
    new URL(path, `http://${started.getHost()}:${started.getMappedPort(port)}`);
  return {
    url: at(PORT, '/mcp'),
    metricsUrl: at(METRICS_PORT, '/metrics'),
    exec,
    async evaluate(expression) {
      const { exitCode, output } = await exec(['/usr/local/bin/node', '-p', `JSON.stringify(${expression})`]);
      if (exitCode !== 0) throw new Error(output);
      return JSON.parse(output);
    },
    signal: async (signal) => void (await handle.kill({ signal })),
    ended: () => endOf(started.getId()),
    remove: async () => void (await handle.remove({ force: true, v: true }).catch(() => undefined)),
  };
}

async function endOf(id: string): Promise<End> {
  const handle = (await docker()).getContainer(id);
  const { StatusCode: code } = (await handle.wait()) as { StatusCode: number };
  const { State } = await handle.inspect();
  const output = await handle.logs({ stdout: true, stderr: true });
  return { code, outOfMemory: State.OOMKilled, output: output.toString() };
}

/** Runs a container that ends by itself. */
export async function runToEnd(
  { image = IMAGE, env = {}, memoryMiB = 0 }: Omit<AnypodOptions, 'network'>,
  command?: readonly string[],
): Promise<End> {
  const bytes = memoryMiB * 1024 * 1024;
  const container = await (await docker()).createContainer({
    Image: image,
    // One plain stream of output instead of two in frames.
    Tty: true,
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    HostConfig: { ReadonlyRootfs: true, CapDrop: ['ALL'], Memory: bytes, MemorySwap: bytes },
    ...(command === undefined ? {} : { Cmd: [...command] }),
  });
  try {
    await container.start();
    return await endOf(container.id);
  } finally {
    await container.remove({ force: true });
  }
}

/** Starts the Redis that the containers of a network share. */
export function startRedis(network: StartedNetwork): Promise<StartedTestContainer> {
  return new GenericContainer(REDIS_IMAGE)
    .withNetwork(network)
    .withNetworkAliases('redis')
    .withWaitStrategy(Wait.forLogMessage('Ready to accept connections'))
    .start();
}

/** What the engine knows of the image under test. */
export async function inspectImage() {
  try {
    return await (await docker()).getImage(IMAGE).inspect();
  } catch (error) {
    throw new Error(`There is no image ${IMAGE}: build it with make image.`, { cause: error });
  }
}
