import * as v1 from '@modelcontextprotocol/sdk/types.js';
import * as v2 from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import { isNotification, isRequest, isResponse, readMessage } from '../../core/json/json-rpc.ts';
import { metaFault } from '../../core/json/meta.ts';
import { sealToken } from './progress-tokens.ts';

const TASK = 'io.modelcontextprotocol/related-task';

const METAS: readonly unknown[] = [
  undefined,
  null,
  [],
  'x',
  0,
  {},
  { other: null },
  ...[undefined, null, true, 'a', '', 0, 1, 1.5, -1, 2 ** 60, 1e300, {}, []].map((progressToken) => ({
    progressToken,
  })),
  ...[undefined, null, 'x', {}, [], { taskId: 1 }, { taskId: 'a' }, { taskId: 'a', more: 1 }].map((task) => ({
    [TASK]: task,
  })),
];
const PARAMS: readonly unknown[] = [
  undefined,
  null,
  [],
  [1],
  'x',
  1,
  {},
  { a: 1 },
  ...METAS.map((_meta) => ({ _meta })),
];
const IDS: readonly unknown[] = [undefined, null, 0, -1, 1.5, 'x', '', true, {}, 2 ** 60];

const calls = PARAMS.flatMap((params) => IDS.map((id) => ({ jsonrpc: '2.0', id, method: 'x', params, extra: 1 })));
const withoutId = PARAMS.map((params) => ({ jsonrpc: '2.0', method: 'x', params, extra: 1 }));
const answers = PARAMS.map((result) => ({ jsonrpc: '2.0', id: 1, result, extra: 1 }));
const ERRORS: readonly unknown[] = [null, 'x', {}, { code: 1 }, { code: 1.5, message: '' }, { code: 1, message: 2 }];
const errors = [...ERRORS, { code: 1, message: 'no', more: 1 }].map((error) => ({ jsonrpc: '2.0', id: 1, error }));

/** Whether an SDK handles a message instead of dropping it. */
function isTaken(message: NonNullable<ReturnType<typeof readMessage>>, sdk: typeof v1 | typeof v2): boolean {
  if (isResponse(message)) return sdk.isJSONRPCResultResponse(message) || sdk.isJSONRPCErrorResponse(message);
  return isRequest(message) ? sdk.isJSONRPCRequest(message) : sdk.isJSONRPCNotification(message);
}

describe.each([
  ['v1', v1],
  ['v2', v2],
])('SDK %s', (_name, sdk) => {
  it('drops none of the messages that anypod passes to it', () => {
    const letThrough = [...calls, ...withoutId, ...answers, ...errors].flatMap((value) => {
      const message = readMessage(JSON.parse(JSON.stringify(value)));
      return message === undefined || metaFault(message) !== undefined ? [] : [message];
    });
    const handed = letThrough.map(sealToken);
    expect(handed.filter((message) => !isTaken(message, sdk))).toEqual([]);
    for (const is of [isRequest, isNotification, isResponse]) expect(handed.filter(is).length).toBeGreaterThan(5);
  });
});
