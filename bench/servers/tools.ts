import { z } from 'zod';

const count = Number(process.env['TOOLS'] ?? 1);

interface ToolResult {
  [key: string]: unknown;
  content: { type: 'text'; text: string }[];
}

/** The part of both SDKs' `McpServer` that the fixtures use. */
interface Registry {
  registerTool(
    name: string,
    config: { description: string; inputSchema: z.ZodType; outputSchema?: z.ZodType },
    callback: (input: never) => ToolResult,
  ): unknown;
}

/** The schemas of `echo`, `measure` and the others. */
function schemas() {
  return {
    echo: z.object({ text: z.string() }),
    measure: z.object({ text: z.string(), unit: z.enum(['words', 'characters']).default('words') }),
    measured: z.object({ count: z.number().int(), unit: z.string(), longest: z.array(z.string()) }),
    others: Array.from({ length: count - 1 }, () =>
      z.object({
        id: z.string(),
        query: z.string().min(1).max(200).describe('what to look for'),
        limit: z.number().int().min(1).max(100).default(10),
        tags: z.array(z.string()).optional(),
        mode: z.enum(['summary', 'detailed']).default('summary'),
      }),
    ),
  };
}

/** Hoisted, as anypod advises: a schema built per server costs more than the call. */
const hoisted = schemas();

/** Registers `echo`, `measure` where there is room for it, and as many other tools as make up `TOOLS`. */
export function withTools<Server>(server: Server): Server {
  const registry = server as Registry;
  const { echo, measure, measured, others } = process.env['SCHEMAS'] === 'factory' ? schemas() : hoisted;
  registry.registerTool('echo', { description: 'Says it again', inputSchema: echo }, ({ text }: { text: string }) => ({
    content: [{ type: 'text', text }],
  }));
  if (count === 1) return server;
  const config = { description: 'Counts', inputSchema: measure, outputSchema: measured };
  registry.registerTool('measure', config, ({ text, unit }: { text: string; unit: string }) => {
    const words = text.split(' ');
    const longest = words.toSorted((a, b) => b.length - a.length).slice(0, 3);
    const structuredContent = { count: unit === 'words' ? words.length : text.length, unit, longest };
    return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent };
  });
  for (const [index, inputSchema] of others.slice(1).entries()) {
    registry.registerTool(`other_${index}`, { description: 'Looks something up', inputSchema }, () => ({
      content: [],
    }));
  }
  return server;
}
