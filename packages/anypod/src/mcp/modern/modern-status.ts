import type { JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { RPC } from '../../core/json/rpc-error.ts';

/** HeaderMismatch of the SDK. */
const HEADER_MISMATCH = -32020;

/** HTTP statuses of errors from before a handler runs (MCP 2026-07-28, transports). A handler's own errors have 200, except a missing capability. */
const BEFORE_HANDLER: Readonly<Record<number, number>> = {
  [RPC.parse]: 400,
  [RPC.invalidRequest]: 400,
  [RPC.methodNotFound]: 404,
  [RPC.unsupportedVersion]: 400,
  [HEADER_MISMATCH]: 400,
};

/** The HTTP status of a response. `beforeHandler`: no handler has run. */
export function statusOf({ error }: JsonRpcResponse, beforeHandler: boolean): number {
  if (error === undefined) return 200;
  if (error.code === RPC.missingCapability) return 400;
  return (beforeHandler ? BEFORE_HANDLER[error.code] : undefined) ?? 200;
}
