import { describeThrown } from '../../core/json/describe-thrown.ts';
import { startLocalPod } from '../../serve/local-pod.ts';
import { readConfig } from '../../serve/settings/config.ts';
import { runBridge } from '../../stdio/run-bridge.ts';
import { createLog, formatFor } from '../log/create-log.ts';
import { holdStandardOutput } from '../process/standard-output.ts';

/** `anypod stdio <module>`: serves the module to the process that started this one, over its standard streams. */
export async function runStdio(argv: readonly string[]): Promise<void> {
  // Only messages may go to stdout, whatever the module prints.
  const write = holdStandardOutput(process);
  const config = readConfig(argv, process.env);
  const log = createLog(config.logLevel, formatFor(config.logFormat, process.stderr), process.stderr);
  const stopping = new AbortController();
  // It harms no other call, and the host would lose its server.
  process.on('unhandledRejection', (err) => {
    log.error({ err: err ?? describeThrown(err) }, 'a promise was rejected and nobody handled it');
    if (config.onUnhandledRejection === 'drain') stopping.abort();
  });
  const anypod = await startLocalPod(config, log);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
  await runBridge({
    url: new URL(`http://localhost${config.path}`),
    fetch: (input, init) => anypod.fetch(new Request(input, init)),
    input: process.stdin,
    write: (message) => write(`${JSON.stringify(message)}\n`),
    warn: (text) => log.warn(text),
    patienceMs: 0,
    drainMs: config.drainTimeoutMs,
    signal: stopping.signal,
  });
  await anypod.close();
  process.exit(0);
}
