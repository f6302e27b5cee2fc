/** The examples in examples/serverless, as their deploy files say, on the platforms' own local runtimes. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HttpEvent, LambdaResult } from 'anypod/lambda';
import { build } from 'esbuild';
import { parse as parseYaml } from 'yaml';
import { type Child, startChild } from '../lib/child.ts';
import { freePort } from '../lib/free-port.ts';
import { waitUntilReady } from '../lib/wait-until-ready.ts';
import { deployLambda } from '../library/functions.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const EXAMPLE = fileURLToPath(new URL('../../examples/serverless/', import.meta.url));

/** For tests only. */
export const SECRET = 'a-secret-that-only-tests-may-use-0123456789';

export const readExample = (path: string): string => readFileSync(join(EXAMPLE, path), 'utf8');

/** What a function answers at its address. */
export interface Platform {
  readonly url: URL;
  logs(): string;
  stop(): Promise<void>;
}

/** `wrangler dev` with the example's wrangler.toml. `script`: a file of this folder to run instead of the example's own. */
export async function startWorkers(redisUrl: string, script?: string): Promise<Platform> {
  const port = await freePort();
  const state = await mkdtemp(join(tmpdir(), 'anypod-workers-'));
  const bindings = ['--var', `REDIS_URL:${redisUrl}`, '--var', `ANYPOD_SECRET:${SECRET}`];
  const local = [
    '--port',
    `${port}`,
    '--inspector-port',
    '0',
    '--persist-to',
    state,
    '--show-interactive-dev-session=false',
  ];
  const given = script === undefined ? [] : [join(here, script)];
  const config = ['--config', join(EXAMPLE, 'workers/wrangler.toml')];
  const child = startChild(
    join(here, 'node_modules/.bin/wrangler'),
    ['dev', ...given, ...config, ...local, ...bindings],
    {
      cwd: here,
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: 'true' },
    },
  );
  const stop = async () => {
    await child.stop(5000);
    await rm(state, { recursive: true, force: true });
  };
  await waitUntilReady(child, async () => child.logs().includes('Ready on'), {
    name: 'wrangler dev',
    timeoutMs: 120_000,
  });
  return { url: new URL(`http://127.0.0.1:${port}/mcp`), logs: child.logs, stop };
}

interface LambdaFunction {
  readonly Metadata: {
    readonly BuildProperties: {
      Format: 'esm';
      Target: string;
      EntryPoints: string[];
      Banner: { js?: string }[] | string[];
    };
  };
  readonly Properties: { readonly Handler: string; readonly Timeout: number };
}

/** The function of the example's template.yaml, without the tags of CloudFormation. */
export function readFunction(name: string): LambdaFunction {
  const template = parseYaml(readExample('lambda/template.yaml'), { logLevel: 'silent' });
  return template.Resources[name] as LambdaFunction;
}

export interface LambdaPlatform extends Platform {
  /** Invokes the function with any event, and returns what it answers. */
  invoke(event: unknown): Promise<string>;
}

/** One environment of a function, which serves one invocation at a time. */
interface Environment {
  readonly child: Child;
  readonly address: string;
  busy: boolean;
}

/**
 * A function of the template on Lambda's runtime interface emulator and Node runtime client. The emulator holds a stream back until its end.
 * As Lambda does, it starts another environment for an invocation while all others are busy.
 */
export async function startLambda(name: string, redisUrl: string, timeout?: number): Promise<LambdaPlatform> {
  const { Metadata, Properties } = readFunction(name);
  const seconds = timeout ?? Properties.Timeout;
  const root = await mkdtemp(join(tmpdir(), 'anypod-lambda-'));
  await bundle(Metadata.BuildProperties, root);
  const variables = {
    LAMBDA_TASK_ROOT: root,
    _HANDLER: Properties.Handler,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_TIMEOUT: `${seconds}`,
    REDIS_URL: redisUrl,
    ANYPOD_SECRET: SECRET,
  };
  const environments: Environment[] = [];
  async function freeEnvironment(): Promise<Environment> {
    const free = environments.find(({ busy }) => !busy);
    if (free !== undefined) return free;
    const started = await startEnvironment(root, Properties.Handler, variables);
    environments.push(started);
    return started;
  }
  async function invoke(event: unknown): Promise<string> {
    const environment = await freeEnvironment();
    environment.busy = true;
    try {
      return await (await fetch(environment.address, { method: 'POST', body: JSON.stringify(event) })).text();
    } finally {
      environment.busy = false;
    }
  }
  const deployed = await deployLambda(async (event: HttpEvent) => readResult(await invoke(event)), seconds * 1000);
  return {
    url: deployed.url,
    logs: () => environments.map(({ child }) => child.logs()).join('\n'),
    invoke,
    async stop() {
      await deployed.stop();
      for (const { child } of environments) await child.stop(5000);
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function startEnvironment(
  root: string,
  handler: string,
  variables: Readonly<Record<string, string>>,
): Promise<Environment> {
  const [port, api] = [await freePort(), await freePort()];
  const addresses = [
    '--runtime-interface-emulator-address',
    `127.0.0.1:${port}`,
    '--runtime-api-address',
    `127.0.0.1:${api}`,
  ];
  const runtime = [process.execPath, join(here, 'node_modules/aws-lambda-ric/index.mjs'), handler];
  const env = { ...process.env, ...variables };
  const child = startChild(join(here, '.rie/aws-lambda-rie'), [...addresses, ...runtime], { cwd: root, env });
  const isOpen = async () => (await fetch(`http://127.0.0.1:${port}/`)).status > 0;
  await waitUntilReady(child, isOpen, { name: 'the runtime interface emulator' });
  const address = `http://127.0.0.1:${port}/2015-03-31/functions/function/invocations`;
  return { child, address, busy: true };
}

/** Does what `sam build` does with these properties. */
async function bundle(properties: LambdaFunction['Metadata']['BuildProperties'], root: string): Promise<void> {
  const banner = properties.Banner.map((one) =>
    typeof one === 'string' ? one.replace(/^js=/, '') : (one.js ?? ''),
  ).join('');
  await build({
    entryPoints: properties.EntryPoints.map((file) => join(EXAMPLE, 'lambda', file)),
    outdir: root,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: properties.Format,
    target: properties.Target,
    banner: { js: banner },
    logLevel: 'error',
  });
}

/** Before a stream there are its head as JSON and eight zero bytes. */
function readResult(text: string): LambdaResult {
  const [head = '', body] = text.split('\0\0\0\0\0\0\0\0');
  const result = JSON.parse(head) as LambdaResult;
  return body === undefined ? result : { ...result, body };
}
