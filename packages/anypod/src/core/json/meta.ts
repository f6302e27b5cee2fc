import type { JsonRpcMessage } from './json-rpc.ts';

const TASK_META_KEY = 'io.modelcontextprotocol/related-task';

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Says in a sentence what is wrong with the `_meta` of a message. Undefined: nothing. The SDKs drop a message with a wrong `_meta` without an answer,
 * so such a message must not reach them. A progress token is a string or a number (MCP 2025-11-25, Progress).
 */
export function metaFault(message: JsonRpcMessage): string | undefined {
  const [name, holder] = 'method' in message ? ['params', message.params] : ['result', message.result];
  const meta = holder?.['_meta'];
  if (meta === undefined) return undefined;
  if (!isObject(meta)) return `${name}._meta must be an object.`;
  const { progressToken, [TASK_META_KEY]: task } = meta;
  if (progressToken !== undefined && typeof progressToken !== 'string' && !Number.isFinite(progressToken)) {
    return `${name}._meta.progressToken must be a string or a number.`;
  }
  if (task !== undefined && !(isObject(task) && typeof task['taskId'] === 'string')) {
    return `${name}._meta["${TASK_META_KEY}"] must be an object with taskId, a string.`;
  }
  return undefined;
}
