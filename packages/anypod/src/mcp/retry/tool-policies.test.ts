import { describe, expect, it, vi } from 'vitest';
import type { JsonRpcResponse } from '../../core/json/json-rpc.ts';
import { createToolPolicies } from './tool-policies.ts';

const result = (tools: object[], nextCursor?: string): JsonRpcResponse => {
  const page = nextCursor === undefined ? { tools } : { tools, nextCursor };
  return { jsonrpc: '2.0', id: 1, result: page };
};
const retrying = (name: string, value: unknown = true) => ({ name, _meta: { 'anypod/retry': value } });
const DEFAULTS = { windowMs: 600_000, cancellable: true };

describe('what a tool asks for', () => {
  it.each([
    [true, DEFAULTS],
    [{}, DEFAULTS],
    [
      { windowMs: 1000, cancellable: false },
      { windowMs: 1000, cancellable: false },
    ],
    [{ windowMs: 0.5 }, { ...DEFAULTS, windowMs: 1 }],
    [{ windowMs: -1 }, DEFAULTS],
    [{ windowMs: '5' }, DEFAULTS],
    [{ windowMs: Number.POSITIVE_INFINITY }, { ...DEFAULTS, windowMs: 24 * 60 * 60 * 1000 }],
    [false, undefined],
    [null, undefined],
    ['yes', undefined],
  ])('%j', async (value, rule) => {
    const policies = createToolPolicies([]);
    expect((await policies.learn('t', async () => result([retrying('t', value)]))).retry).toEqual(rule);
  });

  it('may be configured by the name of the tool', async () => {
    const policies = createToolPolicies(['t', 'u']);
    const list = async () => result([{ name: 't' }, retrying('u', { cancellable: false })]);
    expect((await policies.learn('t', list)).retry).toEqual(DEFAULTS);
    expect(policies.known('u')?.retry).toEqual({ ...DEFAULTS, cancellable: false });
  });

  it('includes from its hints whether it may run twice', async () => {
    const policies = createToolPolicies([]);
    const hints = [{ readOnlyHint: true }, { idempotentHint: true }, { destructiveHint: false }, undefined];
    await policies.learn('0', async () => result(hints.map((annotations, n) => ({ name: `${n}`, annotations }))));
    expect(hints.map((_, n) => policies.known(`${n}`)?.rerunnable)).toEqual([true, true, false, false]);
  });
});

describe('a list of tools', () => {
  it('is read to its end, once', async () => {
    const policies = createToolPolicies([]);
    const list = vi.fn(async (params: object) =>
      'cursor' in params ? result([retrying('second')]) : result([{ name: 'first' }], 'more'),
    );
    expect(policies.known('second')).toBeUndefined();
    const [second, first] = await Promise.all([policies.learn('second', list), policies.learn('first', list)]);
    expect([first.retry, second.retry]).toEqual([undefined, DEFAULTS]);
    expect(policies.known('second')).toBe(second);
    expect(list).toHaveBeenCalledTimes(2);
  });

  it('is read again for a tool that only another caller may see', async () => {
    const policies = createToolPolicies([]);
    const [hers, his] = await Promise.all([
      policies.learn('hers', async () => result([retrying('hers')])),
      policies.learn('his', async () => result([retrying('his')])),
    ]);
    expect([hers.retry, his.retry]).toEqual([DEFAULTS, DEFAULTS]);
  });

  it('is read again after the tools changed', async () => {
    const policies = createToolPolicies([]);
    await policies.learn('t', async () => result([{ name: 't' }]));
    policies.forget();
    expect(policies.known('t')).toBeUndefined();
    expect((await policies.learn('t', async () => result([retrying('t')]))).retry).toEqual(DEFAULTS);
  });

  it('is not requested again from a server that has none', async () => {
    const policies = createToolPolicies(['named']);
    const none = async (): Promise<JsonRpcResponse> => ({
      jsonrpc: '2.0',
      id: 1,
      error: { code: -32601, message: 'Method not found' },
    });
    expect((await policies.learn('t', none)).retry).toBeUndefined();
    expect(policies.known('other')).toMatchObject({ once: false, rerunnable: false });
    expect(policies.known('named')?.retry).toEqual(DEFAULTS);
  });

  it('that failed is read again', async () => {
    const policies = createToolPolicies([]);
    await expect(policies.learn('t', () => Promise.reject(new Error('away')))).rejects.toThrowError('away');
    expect((await policies.learn('t', async () => result([retrying('t')]))).retry).toEqual(DEFAULTS);
  });
});
