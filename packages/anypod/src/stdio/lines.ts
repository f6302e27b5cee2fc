import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type JsonRpcMessage, type JsonRpcResponse, readMessage } from '../core/json/json-rpc.ts';
import { RPC, rpcError } from '../core/json/rpc-error.ts';

/**
 * Reads the messages of the stdio transport: one JSON-RPC message per line (MCP, stdio). `refuse` gets the error for a line that is no message. Ends
 * when the input ends or `signal` aborts.
 */
export async function* readMessages(
  input: Readable,
  refuse: (error: JsonRpcResponse) => void,
  signal: AbortSignal,
): AsyncGenerator<JsonRpcMessage> {
  // `readline` also takes a line that the end of the input ends.
  for await (const line of createInterface({ input, signal, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue;
    const message = readLine(line);
    if ('refusal' in message) refuse(message.refusal);
    else yield message;
  }
}

function readLine(line: string): JsonRpcMessage | { readonly refusal: JsonRpcResponse } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return {
      refusal: rpcError(null, RPC.parse, 'Parse error: the line is not valid JSON. Send one message per line.'),
    };
  }
  const message = readMessage(parsed);
  if (message !== undefined) return message;
  return { refusal: rpcError(null, RPC.invalidRequest, 'Not a JSON-RPC 2.0 message. Send one message per line.') };
}
