import { describe, expect, it } from 'vitest';
import { encodeResponse, type JsonRpcResponse } from './json-rpc.ts';
import { UnwritableError, unwritableResponse, writeMessage, writeResponse } from './written.ts';

const call = { method: 'tools/call', name: 'sum' };
const respond = (result: unknown): JsonRpcResponse => ({ jsonrpc: '2.0', id: 1, result: result as never });

function circular(): object {
  const inner: Record<string, unknown> = { list: [1] };
  (inner['list'] as unknown[]).push(inner);
  return { inner };
}

function nested(levels: number): unknown {
  let value: unknown = {};
  for (let level = 0; level < levels; level += 1) value = { in: value };
  return value;
}

/** Node 26 writes any depth. */
function writesAnyDepth(): boolean {
  try {
    return JSON.stringify(nested(20_000)).length > 0;
  } catch {
    return false;
  }
}

const tooDeep: [string, unknown, string] = ['too many levels', nested(20_000), 'it is nested too deeply'];

const unwritable: [string, unknown, string][] = [
  ['a BigInt', { structuredContent: { a: 1n } }, 'structuredContent.a is a BigInt'],
  ['a BigInt in a list', { content: [{ type: 'text' }, { 'some thing': 1n }] }, 'content[1]["some thing"] is a BigInt'],
  ['a circle', circular(), 'inner.list[1] refers back to an object that holds it'],
  [
    'a toJSON that throws',
    {
      a: {
        toJSON: () => {
          throw new Error('secret');
        },
      },
    },
    'a has a toJSON that throws',
  ],
  [
    'a getter that throws',
    {
      a: {
        get b() {
          throw new Error('secret');
        },
      },
    },
    'a.b has a getter that throws',
  ],
  [
    'a proxy that throws',
    {
      a: new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('secret');
          },
        },
      ),
    },
    'it cannot be read',
  ],
  ...(writesAnyDepth() ? [] : [tooDeep]),
  ['nothing', undefined, 'it is not an object'],
  ['a function', () => 1, 'it is not an object'],
  ['a text', 'done', 'it is not an object'],
  ['a toJSON that gives a text', { toJSON: () => 'done' }, 'it is not an object'],
];

describe('a response of a server', () => {
  it.each(unwritable)('that holds %s is refused with where', (_what, result, fault) => {
    expect(() => writeResponse(respond(result), call)).toThrow(new UnwritableError('The result of tool "sum"', fault));
  });

  it('is written once, as JSON.stringify has it', () => {
    let written = 0;
    const toJSON = () => {
      written += 1;
      return `${written}`;
    };
    const result = { a: { toJSON }, f: () => 1, u: undefined, n: Number.NaN, d: new Date(0), l: [undefined, () => 1] };
    const response = { ...writeResponse(respond(result), call), id: 'mine' };
    const expected = { a: '1', n: null, d: '1970-01-01T00:00:00.000Z', l: [null, null] };
    expect(JSON.parse(encodeResponse(response))).toEqual({ jsonrpc: '2.0', id: 'mine', result: expected });
    encodeResponse(writeResponse(response, call));
    expect(written).toBe(1);
  });

  it('names what was asked for, and becomes an error', () => {
    const named = (method: string, name?: string) => {
      try {
        writeResponse({ jsonrpc: '2.0', id: 1, error: { code: 1, message: 'no', data: { a: 1n } } }, { method, name });
      } catch (error) {
        return unwritableResponse(1, error as UnwritableError).error;
      }
      return undefined;
    };
    const end = 'cannot be written as JSON: data.a is a BigInt.';
    const data = { reason: 'unwritable' };
    expect(named('prompts/get', 'p')).toEqual({
      code: -32603,
      message: `The error of prompt "p" ${end}`,
      data,
    });
    expect(named('resources/read', 'x://y')?.message).toBe(`The error of resource x://y ${end}`);
    expect(named('completion/complete')?.message).toBe(`The error of completion/complete ${end}`);
  });

  it.each([undefined, 5, { a: 1n }])('whose error has the message %o gets a sentence for it', (message) => {
    const error = { code: 1, message: message as unknown as string };
    const written = encodeResponse(writeResponse({ jsonrpc: '2.0', id: 1, error }, call));
    expect(JSON.parse(written)).toMatchObject({
      error: { code: 1, message: 'The handler of tool "sum" threw something without a message.' },
    });
  });
});

describe('a message of a server', () => {
  it('is refused with its method and where', () => {
    const params = { level: 'info', data: { a: 1n } };
    expect(() => writeMessage({ jsonrpc: '2.0', method: 'notifications/message', params })).toThrow(
      'The notification notifications/message cannot be written as JSON: params.data.a is a BigInt.',
    );
    expect(() => writeMessage({ jsonrpc: '2.0', id: 1, method: 'elicitation/create', params })).toThrow(
      'The request elicitation/create cannot be written as JSON: params.data.a is a BigInt.',
    );
  });
});
