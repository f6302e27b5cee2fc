import type { Attributes, Histogram } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { createMcpSeries } from './mcp-series.ts';

/** The series, and the attributes that it has recorded. */
function start() {
  const recorded: Attributes[] = [];
  const record = (_value: number, attributes: Attributes = {}) => void recorded.push(attributes);
  const series = createMcpSeries({ record } as Histogram);
  const read = () => {
    series.flush();
    return recorded;
  };
  return { series, read };
}

describe('the durations of operations', () => {
  it('name a tool that the pod knows, though it has never succeeded here [metrics.conventions]', () => {
    const { series, read } = start();
    series.known(['search']);
    series.ended('tools/call', 1, 'search', 'tool_error');
    series.ended('tools/call', 1, 'invented', '-32602');
    expect(read().map((attributes) => attributes['gen_ai.tool.name'])).toEqual(['search', '_OTHER']);
  });

  it('name 200 tools at most, however many the pod knows [metrics.bounded]', () => {
    const { series, read } = start();
    const tools = Array.from({ length: 300 }, (_, number) => `tool-${number}`);
    series.known(tools);
    for (const tool of tools) series.ended('tools/call', 1, tool, 'tool_error');
    expect(new Set(read().map((attributes) => attributes['gen_ai.tool.name'])).size).toBe(201);
  });

  it('name a prompt that has answered, and no other [metrics.conventions] [metrics.bounded]', () => {
    const { series, read } = start();
    series.ended('prompts/get', 1, 'invented', '-32602');
    series.ended('prompts/get', 1, 'greet', undefined);
    series.ended('prompts/get', 1, 'greet', '-32603');
    expect(read()).toEqual([
      { ...PROMPT, 'gen_ai.prompt.name': '_OTHER', 'error.type': '-32602', 'rpc.response.status_code': '-32602' },
      { ...PROMPT, 'gen_ai.prompt.name': 'greet' },
      { ...PROMPT, 'gen_ai.prompt.name': 'greet', 'error.type': '-32603', 'rpc.response.status_code': '-32603' },
    ]);
  });

  it('have the code of an error of JSON-RPC, and no other [metrics.conventions]', () => {
    const { series, read } = start();
    for (const fault of ['-32603', 'tool_error', '503', 'cancelled']) series.ended('ping', 1, undefined, fault);
    expect(read().map((attributes) => attributes['rpc.response.status_code'])).toEqual([
      '-32603',
      undefined,
      undefined,
      undefined,
    ]);
  });
});

const PROMPT = { 'mcp.method.name': 'prompts/get' };
