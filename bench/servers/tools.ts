import type { ZodObject } from 'zod';
import { findOrders } from './find-orders.ts';
import { measureText } from './measure-text.ts';
import { type Context, reportProgress } from './report-progress.ts';
import { schemas } from './schemas.ts';

/** One tool of the bench, for any SDK to register. */
export interface BenchTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: ZodObject;
  readonly outputSchema?: ZodObject;
  /** The tool itself; `report` says to the client that it is half done. */
  readonly run: (input: never, report: () => Promise<void>) => Promise<ToolResult>;
}

interface ToolResult {
  [key: string]: unknown;
  content: { type: 'text'; text: string }[];
}

/** The part of both SDKs' `McpServer` that the fixtures use. */
interface Registry {
  registerTool(
    name: string,
    config: Pick<BenchTool, 'description' | 'inputSchema' | 'outputSchema'>,
    callback: (input: never, context: Context) => Promise<ToolResult>,
  ): unknown;
}

const count = Number(process.env['TOOLS'] ?? 1);

/** Hoisted, as anypod advises: a schema built per server costs more than the call. */
const hoisted = schemas(count);

/** What a tool with structured content answers. */
function structured(structuredContent: object): ToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent };
}

/** `echo`; with `TOOLS` over 1 also `measure`, `find_orders` and as many others as make up that number. */
export function benchTools(): BenchTool[] {
  const made = process.env['SCHEMAS'] === 'factory' ? schemas(count) : hoisted;
  const { echo, measure, measured, others } = made;
  const tools: BenchTool[] = [
    {
      name: 'echo',
      description: 'Says it again',
      inputSchema: echo,
      async run({ text }: { text: string }, report) {
        await report();
        return { content: [{ type: 'text', text }] };
      },
    },
    {
      name: 'measure',
      description: 'Counts',
      inputSchema: measure,
      outputSchema: measured,
      async run({ text, unit }: { text: string; unit: string }) {
        return structured(measureText(text, unit));
      },
    },
    {
      name: 'find_orders',
      description: 'Lists the orders of a customer',
      inputSchema: made.findOrders,
      outputSchema: made.foundOrders,
      async run({ customer, count: orders }: { customer: string; count: number }) {
        return structured(findOrders(customer, orders));
      },
    },
    ...others.map((inputSchema, index) => {
      return {
        name: `other_${index}`,
        description: 'Looks something up',
        inputSchema,
        run: async () => ({ content: [] }),
      };
    }),
  ];
  return tools.slice(0, count);
}

/** Registers the bench's tools on a `McpServer` of either SDK. */
export function withTools<Server>(server: Server): Server {
  for (const { name, run, ...config } of benchTools()) {
    (server as Registry).registerTool(name, config, (input, context) => run(input, () => reportProgress(context)));
  }
  return server;
}
