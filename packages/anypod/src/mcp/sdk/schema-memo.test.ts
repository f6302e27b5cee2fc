import { McpServer } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { memoizeSchemas, toolSchemas } from './schema-memo.ts';

function countConversions(schema: z.ZodType): { count: number } {
  const counted = { count: 0 };
  const source = schema['~standard'].jsonSchema as { input: (options: unknown) => unknown };
  const { input } = source;
  source.input = (options) => {
    counted.count += 1;
    return input.call(source, options);
  };
  return counted;
}

function serverWith(schema: z.ZodType): McpServer {
  const server = new McpServer({ name: 'test', version: '1' });
  server.registerTool('tool', { inputSchema: schema as z.ZodObject }, () => ({ content: [] }));
  return server;
}

describe('memoizeSchemas', () => {
  it('converts a schema once for all servers that share it, and gives the same answer', () => {
    const schema = z.object({ text: z.string() });
    const plain = serverWith(z.object({ text: z.string() })).toolInputSchemaJson('tool');
    const counted = countConversions(schema);
    const answers = [1, 2, 3].map(() => {
      const server = serverWith(schema);
      memoizeSchemas(server);
      return server.toolInputSchemaJson('tool');
    });
    expect(counted.count).toBe(1);
    for (const answer of answers) expect(answer).toEqual(plain);
  });

  it('keeps results of different options apart', () => {
    const schema = z.object({ text: z.string() });
    memoizeSchemas(serverWith(schema));
    const { jsonSchema } = schema['~standard'];
    expect(jsonSchema.input({ target: 'draft-2020-12' })).not.toEqual(jsonSchema.input({ target: 'draft-07' }));
  });
});

describe('toolSchemas', () => {
  it('tells schemas made once from schemas made for every server', () => {
    const schema = z.object({});
    expect(toolSchemas(serverWith(schema)).get('tool')).toBe(toolSchemas(serverWith(schema)).get('tool'));
    const fresh = () => toolSchemas(serverWith(z.object({}))).get('tool');
    expect(fresh()).not.toBe(fresh());
  });
});
