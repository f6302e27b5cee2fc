import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';

/** What was measured, and on what. */
export interface Setting {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly kernel: string;
  /** By name, of every server and of what it runs on. */
  readonly versions: Readonly<Record<string, string>>;
}

const ROOT = join(import.meta.dirname, '../..');
const PEERS = join(ROOT, 'bench/peers');

/** The machine, and the versions that are installed; of a toolchain that is `missing`, none. */
export function setting(missing: readonly string[]): Setting {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    versions: {
      anypod: execFileSync('git', ['describe', '--always', '--dirty'], { cwd: ROOT, encoding: 'utf8' }).trim(),
      node: process.version,
      redis: firstLine('redis-server', '--version').match(/v=(\S+)/)?.[1] ?? 'unknown',
      ...packages(join(ROOT, 'node_modules'), ['@modelcontextprotocol/sdk', '@modelcontextprotocol/server', 'zod']),
      ...packages(join(PEERS, 'node_modules'), ['mcp-handler', 'fastmcp']),
      ...(missing.includes('Go') ? {} : goVersions()),
      ...(missing.includes('Rust') ? {} : rustVersions()),
    },
  };
}

function packages(folder: string, names: readonly string[]): Record<string, string> {
  const versionOf = (name: string) => JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')).version;
  return Object.fromEntries(names.map((name) => [name, versionOf(name)]));
}

function goVersions(): Record<string, string> {
  const name = 'github.com/modelcontextprotocol/go-sdk';
  const version = new RegExp(`${name} (\\S+)`).exec(readFileSync(join(PEERS, 'go/go.mod'), 'utf8'))?.[1];
  return { go: firstLine('go', 'version').replace('go version ', ''), [name]: version ?? 'unknown' };
}

function rustVersions(): Record<string, string> {
  const lock = readFileSync(join(PEERS, 'rust/Cargo.lock'), 'utf8');
  const version = /name = "rmcp"\nversion = "(.*)"/.exec(lock)?.[1];
  return { cargo: firstLine('cargo', '--version').replace('cargo ', ''), rmcp: version ?? 'unknown' };
}

function firstLine(command: string, ...args: string[]): string {
  return execFileSync(command, args, { encoding: 'utf8' }).split('\n')[0] ?? '';
}
