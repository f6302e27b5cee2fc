/** What a tool declares about itself (MCP tool annotations). These are hints: their author may be wrong. */
export interface ToolHints {
  readonly readOnlyHint?: boolean;
  readonly idempotentHint?: boolean;
}
