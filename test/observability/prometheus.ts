import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { startChild } from '../lib/child.ts';
import { freePort } from '../lib/free-port.ts';
import { waitUntilReady } from '../lib/wait-until-ready.ts';

const OWN = join(import.meta.dirname, '../../.prometheus/usr/bin');

/** The command that `tools/setup-prometheus.sh` has unpacked, else the one on PATH. */
const commandOf = (name: string) => (existsSync(join(OWN, name)) ? join(OWN, name) : name);

/** Runs promtool. Rejects with what it says if it finds a fault. */
export async function promtool(folder: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(commandOf('promtool'), args, { cwd: folder });
  return stdout;
}

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: unknown;
}

/** One value of a query's answer. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time: number, value: string];
}

/** A Prometheus that scrapes each second. */
export interface Prometheus {
  /** Throws if the query is wrong. */
  query(expr: string): Promise<readonly Sample[]>;
  /** What its API has under a path: `/api/v1/rules`. */
  api(path: string): Promise<unknown>;
  stop(): Promise<void>;
}

/** `pods`: their addresses for metrics, as `http://host:port`. `rules`: what a file of rules has. */
export async function startPrometheus(pods: readonly string[], rules?: object): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'anypod-prometheus-'));
  const port = await freePort();
  const static_configs = [{ targets: pods.map((url) => new URL(url).host) }];
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    scrape_configs: [{ job_name: 'anypod', static_configs }],
    ...(rules !== undefined && { rule_files: ['rules.yaml'] }),
  };
  writeFileSync(join(folder, 'prometheus.yaml'), stringify(config));
  if (rules !== undefined) writeFileSync(join(folder, 'rules.yaml'), stringify(rules));
  const child = startChild(
    commandOf('prometheus'),
    [
      `--config.file=${join(folder, 'prometheus.yaml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--enable-feature=exemplar-storage',
    ],
    { cwd: folder },
  );
  const url = `http://127.0.0.1:${port}`;
  await waitUntilReady(child, async () => (await fetch(`${url}/-/ready`)).ok, { name: 'prometheus' });
  async function api(path: string): Promise<unknown> {
    const { status, error, data } = (await (await fetch(url + path)).json()) as Answer;
    if (status !== 'success') throw new Error(`${path}: ${error}`);
    return data;
  }
  return {
    api,
    async query(expr) {
      const data = await api(`/api/v1/query?query=${encodeURIComponent(expr)}`);
      return (data as { result: readonly Sample[] }).result;
    },
    async stop() {
      await child.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
