import { askBeside } from './ask.ts';
import type { ClientCall, ClientContext, ToolKnowledge } from './context.ts';

interface ListedTool {
  readonly name: string;
  readonly annotations?: { readonly readOnlyHint?: boolean; readonly idempotentHint?: boolean };
  readonly _meta?: Readonly<Record<string, unknown>>;
}

/** What MCP defines, besides calls of tools, may be sent twice. Methods of others may do anything. */
const KNOWN =
  /^(initialize|ping|logging\/setLevel|completion\/complete|server\/discover|subscriptions\/listen|(tools|prompts|resources|tasks|roots|resources\/templates)\/\w+)$/;
const MOST_PAGES = 20;

export function createToolKnowledge(): ToolKnowledge {
  const known = new Map<string, ListedTool>();

  async function learn(context: ClientContext, call: ClientCall): Promise<void> {
    let cursor: unknown;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const { result } = await askBeside(context, call, 'tools/list', cursor === undefined ? {} : { cursor });
      for (const tool of (result?.['tools'] ?? []) as ListedTool[]) known.set(tool.name, tool);
      cursor = result?.['nextCursor'];
      if (cursor === undefined) return;
    }
  }

  async function toolOf(context: ClientContext, call: ClientCall): Promise<ListedTool | undefined> {
    const name = String(call.request.params?.['name']);
    if (!known.has(name)) await learn(context, call).catch(() => undefined);
    return known.get(name);
  }

  return {
    async isSafe(context, call) {
      const { method } = call.request;
      if (method !== 'tools/call') return KNOWN.test(method);
      const { annotations, _meta } = (await toolOf(context, call)) ?? {};
      // The guard knows a call of 2026-07-28 by its key, and runs it once.
      const guarded = call.modern && ![undefined, false, null].includes(_meta?.['anypod/retry'] as undefined);
      return annotations?.readOnlyHint === true || annotations?.idempotentHint === true || guarded;
    },
    async isLasting(context, call) {
      if (call.request.method !== 'tools/call') return false;
      const guard = (await toolOf(context, call))?._meta?.['anypod/retry'];
      return (guard as { readonly cancellable?: boolean } | undefined)?.cancellable === false;
    },
  };
}
