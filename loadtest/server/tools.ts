import { memoryUsage } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
/** As many tools as TOOLS says, each with a schema of its own that is made once. */
import { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

const schemas = Array.from({ length: Number(process.env['TOOLS'] ?? 1) }, (_, index) =>
  z.object({
    query: z
      .string()
      .min(1)
      .max(200)
      .describe(`What tool ${index + 1} looks for.`),
    limit: z.number().int().min(1).max(100).default(10),
    order: z.enum(['newest', 'oldest', 'best']).optional(),
    tags: z.array(z.string()).max(20).optional(),
  }),
);

export default (): McpServer => {
  const server = new McpServer({ name: 'tools', version: '1.0.0' });
  for (const [index, inputSchema] of schemas.entries()) {
    server.registerTool(
      `tool-${index + 1}`,
      { description: `Finds things, way ${index + 1}.`, inputSchema },
      ({ query }) => ({
        content: [{ type: 'text', text: query }],
      }),
    );
  }
  return server;
};

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What this process uses once garbage is gone. Bytes. */
export interface Memory {
  /** Objects and buffers. */
  readonly live: number;
  /** All of the process. */
  readonly resident: number;
}

/** Collects garbage and reads. */
export function readMemory(): Memory {
  collect();
  // What the first one finalised goes with the second.
  collect();
  const { heapUsed, external, rss } = memoryUsage();
  return { live: heapUsed + external, resident: rss };
}
