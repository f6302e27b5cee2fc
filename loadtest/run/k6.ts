import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Summary } from '../lib/summary.ts';

const run = promisify(execFile);
const SCENARIOS = join(import.meta.dirname, '../scenarios');
/** What k6 ends with when a threshold was crossed: the run itself was sound. */
const THRESHOLDS_CROSSED = 99;

export interface K6Run {
  /** File name in `scenarios/`, without its ending. */
  readonly scenario: string;
  /** Names the result. */
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Where the HTML report with plots goes; none is written without. */
  readonly htmlFile?: string;
  /** After this the run is ended. */
  readonly withinMs: number;
  /** Whether k6 may collect its garbage meanwhile: for long runs whose latencies say nothing. Default false: it takes half of the memory at most. */
  readonly collects?: boolean;
}

export interface K6Result {
  readonly summary: Summary;
  /** Whether every threshold held. */
  readonly held: boolean;
}

/** Throws where there is no k6, with what to do. */
export function requireK6(): void {
  try {
    execFileSync('k6', ['version'], { stdio: 'ignore' });
  } catch {
    throw new Error(
      'k6 is not on PATH: `make k6` builds it with Go, or see https://grafana.com/docs/k6/latest/set-up/install-k6/',
    );
  }
}

/** Runs one scenario, on the cores of this process. Throws where k6 could not run it; a crossed threshold is a result. */
export async function runK6(options: K6Run): Promise<K6Result> {
  const { scenario, name, environment, withinMs } = options;
  const results = await mkdtemp(join(tmpdir(), 'anypod-k6-'));
  try {
    const variables = { ...environment, NAME: name, RESULTS: results };
    const given = Object.entries(variables).flatMap(([key, value]) => ['-e', `${key}=${value}`]);
    // No API of its own: two runs on one machine would want the same port.
    const args = ['run', '--quiet', '--address', '', ...given, join(SCENARIOS, `${scenario}.ts`)];
    const held = await run('k6', args, { env: environmentOf(options), timeout: withinMs, maxBuffer: 64 << 20 }).then(
      ({ stdout }) => console.log(stdout) ?? true,
      (error: { code?: number; stdout?: string; stderr?: string }) => {
        if (error.code !== THRESHOLDS_CROSSED)
          throw new Error(`k6 ${scenario}: ${error.stderr ?? ''}`, { cause: error });
        console.log(error.stdout);
        return false;
      },
    );
    return { summary: JSON.parse(await readFile(join(results, `${name}.json`), 'utf8')) as Summary, held };
  } finally {
    await rm(results, { recursive: true, force: true });
  }
}

function environmentOf({ htmlFile, collects = false }: K6Run): NodeJS.ProcessEnv {
  const offline = { K6_AUTO_EXTENSION_RESOLUTION: 'false', K6_NO_USAGE_REPORT: 'true' };
  // Its collections stop it for tens of ms, which it would count as the server's: none before half of the memory is used.
  const collections = collects ? {} : { GOGC: 'off', GOMEMLIMIT: `${Math.floor(totalmem() / 2)}` };
  if (htmlFile === undefined) return { ...process.env, ...offline, ...collections };
  // With the default period of 10 s a short run writes no report.
  const dashboard = { K6_WEB_DASHBOARD: 'true', K6_WEB_DASHBOARD_PORT: '-1', K6_WEB_DASHBOARD_PERIOD: '1s' };
  return { ...process.env, ...offline, ...collections, ...dashboard, K6_WEB_DASHBOARD_EXPORT: htmlFile };
}
