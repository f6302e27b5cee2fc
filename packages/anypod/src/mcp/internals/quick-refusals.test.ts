import * as sdk from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import type { ServerSdk } from '../sdk/sdk.ts';
import { refuseResponsesQuickly, SLOW } from './quick-refusals.ts';

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

type Parse = (value: unknown) => { readonly success: boolean; readonly data?: unknown; readonly error?: unknown };
interface Schema {
  safeParse: Parse;
  readonly [SLOW]?: Parse;
}

/** Everything visible of how a schema judges the messages. */
const judged = (parse: Parse | undefined) =>
  MESSAGES.map((message) => {
    const { success, data, error } = parse?.(message) ?? {};
    return { success, data, error: String(error) };
  });

describe('schemas that refuse quickly', () => {
  it.each([
    ['JSONRPCResultResponse', sdk.isJSONRPCResultResponse],
    ['JSONRPCErrorResponse', sdk.isJSONRPCErrorResponse],
  ])('%s judges as before, also if it is changed twice', (name, isResponse) => {
    const schema = (sdk.specTypeSchemas as unknown as Record<string, Schema>)[name] as Schema;
    refuseResponsesQuickly(sdk as unknown as ServerSdk);
    const { safeParse: quick, [SLOW]: slow } = schema;
    expect(slow).toBeTypeOf('function');
    expect(quick).not.toBe(slow);
    expect(judged(quick)).toEqual(judged(slow));
    expect(MESSAGES.map((message) => isResponse(message))).toEqual(judged(slow).map(({ success }) => success));
    refuseResponsesQuickly(sdk as unknown as ServerSdk);
    expect(schema.safeParse).toBe(quick);
  });

  it('stay unchanged if they would accept a message with a method, or are missing', () => {
    const safeParse = () => ({ success: true });
    const lax = { safeParse };
    refuseResponsesQuickly({ specTypeSchemas: { JSONRPCResultResponse: lax } } as unknown as ServerSdk);
    expect(lax.safeParse).toBe(safeParse);
    refuseResponsesQuickly({} as ServerSdk);
  });
});
