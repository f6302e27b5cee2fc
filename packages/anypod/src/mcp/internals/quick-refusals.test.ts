import * as sdk from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import type { ServerSdk } from '../sdk/sdk.ts';
import { refuseResponsesQuickly } from './quick-refusals.ts';

const MESSAGES: readonly unknown[] = [
  { jsonrpc: '2.0', id: 1, method: 'ping' },
  { jsonrpc: '2.0', id: 1, method: 'ping', result: {} },
  { jsonrpc: '2.0', id: 1, method: undefined, result: {} },
  { jsonrpc: '2.0', method: 'notifications/initialized' },
  { jsonrpc: '2.0', id: 1, result: {} },
  { jsonrpc: '2.0', id: 1, result: 1 },
  { jsonrpc: '2.0', id: 1, error: { code: 1, message: 'no' } },
  { jsonrpc: '2.0', id: 1, error: { code: 1, message: 'no' }, method: 'ping' },
  [],
  'text',
  null,
  undefined,
];

interface Schema {
  safeParse(value: unknown): { readonly success: boolean; readonly data?: unknown; readonly error?: unknown };
}
const { JSONRPCResultResponse, JSONRPCErrorResponse } = sdk.specTypeSchemas as unknown as Record<string, Schema>;

/** Everything visible of how the SDK's schemas judge the messages. */
function judged(): unknown[] {
  return MESSAGES.flatMap((message) => [
    sdk.isJSONRPCResultResponse(message),
    sdk.isJSONRPCErrorResponse(message),
    ...[JSONRPCResultResponse, JSONRPCErrorResponse].map((schema) => {
      const { success, data, error } = schema?.safeParse(message) ?? {};
      return { success, data, error: String(error) };
    }),
  ]);
}

describe('schemas that refuse quickly', () => {
  it('judge as before, also if they are changed twice', () => {
    const before = judged();
    const { safeParse } = JSONRPCResultResponse as Schema;
    refuseResponsesQuickly(sdk as unknown as ServerSdk);
    const quick = (JSONRPCResultResponse as Schema).safeParse;
    expect(quick).not.toBe(safeParse);
    expect(judged()).toEqual(before);
    refuseResponsesQuickly(sdk as unknown as ServerSdk);
    expect((JSONRPCResultResponse as Schema).safeParse).toBe(quick);
  });

  it('stay unchanged if they would accept a message with a method, or are missing', () => {
    const safeParse = () => ({ success: true });
    const lax = { safeParse };
    refuseResponsesQuickly({ specTypeSchemas: { JSONRPCResultResponse: lax } } as unknown as ServerSdk);
    expect(lax.safeParse).toBe(safeParse);
    refuseResponsesQuickly({} as ServerSdk);
  });
});
