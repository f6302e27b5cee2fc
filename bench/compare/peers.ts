import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Kind } from '../kinds.ts';
import { onNode } from '../subject.ts';

const FOLDER = join(import.meta.dirname, '../peers');

/** A program that `peers/build.sh` makes where its toolchain is present. */
const BUILT = {
  Go: join(FOLDER, 'go/build/server'),
  Rust: join(FOLDER, 'rust/target/release/rmcp-bench'),
} as const;

/** A server that others make. */
export type Peer = Kind & { readonly toolchain?: keyof typeof BUILT };

const npm = (name: string) => () => onNode(join(FOLDER, 'servers', `${name}.ts`));

const go = (mode: string): Omit<Peer, 'name' | 'era'> => {
  return { toolchain: 'Go', command: () => [BUILT.Go], env: { MODE: mode } };
};
const rust = (mode: string): Omit<Peer, 'name' | 'era'> => {
  return { toolchain: 'Rust', command: () => [BUILT.Rust], env: { MODE: mode } };
};

export const MCP_HANDLER: Peer = { name: 'mcp-handler', era: 'modern', command: npm('mcp-handler') };
export const FASTMCP: Peer = { name: 'fastmcp session, SSE', era: 'legacy', command: npm('fastmcp') };
export const FASTMCP_STATELESS: Peer = {
  name: 'fastmcp stateless',
  era: 'stateless',
  command: npm('fastmcp'),
  env: { MODE: 'stateless' },
};
export const GO: Peer = { name: 'Go SDK session', era: 'legacy', ...go('json') };
export const GO_SSE: Peer = { name: 'Go SDK session, SSE', era: 'legacy', ...go('sse') };
export const GO_STATELESS: Peer = { name: 'Go SDK stateless', era: 'stateless', ...go('stateless') };
export const GO_MODERN: Peer = { name: 'Go SDK stateless', era: 'modern', ...go('stateless') };
export const RMCP: Peer = { name: 'rmcp session, SSE', era: 'legacy', ...rust('session') };
export const RMCP_STATELESS: Peer = { name: 'rmcp stateless', era: 'stateless', ...rust('stateless') };
export const RMCP_MODERN: Peer = { name: 'rmcp stateless', era: 'modern', ...rust('stateless') };

/** The toolchains whose servers were not built. */
export function missingToolchains(): string[] {
  return Object.entries(BUILT)
    .filter(([, program]) => !existsSync(program))
    .map(([name]) => name);
}
