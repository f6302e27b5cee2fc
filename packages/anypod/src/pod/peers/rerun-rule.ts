import type { JsonRpcRequest } from '../../core/json/json-rpc.ts';
import type { HostedServer } from '../../core/server-host.ts';
import type { RerunPolicy } from '../context/options.ts';

/** Requests that only read, on any server. */
const READS = new Set([
  'ping',
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'prompts/list',
  'prompts/get',
  'completion/complete',
  'tasks/get',
  'tasks/list',
  'tasks/result',
]);

/** How safe it is to run a request twice, as the author of the server declared it. */
export type Safety = 'read-only' | 'idempotent' | 'unsafe';

/** How safe it is to run one request twice. A tool without hints is unsafe. */
export async function safetyOf(request: JsonRpcRequest, server: HostedServer): Promise<Safety> {
  if (READS.has(request.method)) return 'read-only';
  if (request.method !== 'tools/call') return 'unsafe';
  const hints = await server.toolHints(String(request.params?.['name']));
  if (hints?.readOnlyHint === true) return 'read-only';
  return hints?.idempotentHint === true ? 'idempotent' : 'unsafe';
}

/** Whether the operator allows a request of this safety to run again. */
export function mayRerun(safety: Safety, policy: RerunPolicy): boolean {
  if (policy === 'never' || safety === 'unsafe') return false;
  return safety === 'read-only' || policy === 'safe';
}
