import { z } from 'zod';

const count = Number(process.env['TOOLS'] ?? 1);

const echoInput = z.object({ text: z.string() });

/** Hoisted, as anypod advises: a schema built per server costs more than the call. */
const otherInputs = Array.from({ length: count - 1 }, () =>
  z.object({
    id: z.string(),
    query: z.string().min(1).max(200).describe('what to look for'),
    limit: z.number().int().min(1).max(100).default(10),
    tags: z.array(z.string()).optional(),
    mode: z.enum(['summary', 'detailed']).default('summary'),
  }),
);

interface ToolResult {
  [key: string]: unknown;
  content: { type: 'text'; text: string }[];
}

/** The part of both SDKs' `McpServer` that the fixtures use. */
interface Registry {
  registerTool(
    name: string,
    config: { description: string; inputSchema: typeof echoInput },
    callback: (input: { text: string }) => ToolResult,
  ): unknown;
}

/** Registers `echo` and as many other tools as make up `TOOLS`. */
export function withTools<Server>(server: Server): Server {
  const registry = server as Registry;
  registry.registerTool('echo', { description: 'Says it again', inputSchema: echoInput }, ({ text }) => ({
    content: [{ type: 'text', text }],
  }));
  for (const [index, inputSchema] of otherInputs.entries()) {
    const config = { description: 'Looks something up', inputSchema: inputSchema as unknown as typeof echoInput };
    registry.registerTool(`other_${index}`, config, () => ({ content: [] }));
  }
  return server;
}
