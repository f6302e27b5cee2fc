/**
 * Names of OpenTelemetry's conventions for MCP. The package `@opentelemetry/semantic-conventions` calls its copies of them deprecated, because their
 * text has moved to another repository, so they stand here.
 */
export const ATTR = {
  method: 'mcp.method.name',
  session: 'mcp.session.id',
  version: 'mcp.protocol.version',
  resource: 'mcp.resource.uri',
  request: 'jsonrpc.request.id',
  tool: 'gen_ai.tool.name',
  prompt: 'gen_ai.prompt.name',
  operation: 'gen_ai.operation.name',
  error: 'error.type',
  status: 'rpc.response.status_code',
  httpMethod: 'http.request.method',
  httpStatus: 'http.response.status_code',
  transport: 'network.transport',
  protocol: 'network.protocol.name',
} as const;

/** Whether a fault is the code of an error of JSON-RPC. Those of MCP are negative, and a status of HTTP is not. */
export function isRpcCode(fault: string): boolean {
  return /^-\d+$/.test(fault);
}

/** What a metric says of a fault. */
export function faultIn(fault: string): Readonly<Record<string, string>> {
  return { [ATTR.error]: fault, ...(isRpcCode(fault) && { [ATTR.status]: fault }) };
}

/** In seconds, as the conventions say. */
export const MCP_BUCKETS: number[] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
