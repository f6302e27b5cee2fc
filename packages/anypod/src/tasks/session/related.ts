/** The `_meta` key that names the task to which a message belongs (MCP 2025-11-25, Tasks). */
const RELATED_TASK = 'io.modelcontextprotocol/related-task';

/** `holder` (params or a result) with `_meta` that names its task. */
export function relatedTo(
  taskId: string,
  holder: Readonly<Record<string, unknown>> | undefined,
): Record<string, unknown> {
  return { ...holder, _meta: { ...(holder?.['_meta'] as object | undefined), [RELATED_TASK]: { taskId } } };
}
