import type { JsonRpcResponse } from '../../core/json/json-rpc.ts';
import type { ToolHints } from '../../core/session/tool-hints.ts';

const MAX_PAGES = 100;

interface Tool {
  readonly name: string;
  readonly annotations?: ToolHints;
}

/** Finds a tool's hints in the pages of `tools/list`. Undefined: there is no such tool. */
export async function findToolHints(
  name: string,
  list: (params: Record<string, unknown>) => Promise<JsonRpcResponse>,
): Promise<ToolHints | undefined> {
  let cursor: unknown;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { result } = await list(cursor === undefined ? {} : { cursor });
    const tool = ((result?.['tools'] ?? []) as Tool[]).find((one) => one.name === name);
    if (tool !== undefined) return tool.annotations ?? {};
    cursor = result?.['nextCursor'];
    if (cursor === undefined) return undefined;
  }
  return undefined;
}
