import { z } from 'zod';

/** The schemas of `echo`, `measure`, `find_orders` and of what more there is among `count` tools, made anew. */
export function schemas(count: number) {
  return {
    echo: z.object({ text: z.string() }),
    measure: z.object({ text: z.string(), unit: z.enum(['words', 'characters']).default('words') }),
    measured: z.object({ count: z.number().int(), unit: z.string(), longest: z.array(z.string()) }),
    findOrders: z.object({ customer: z.string().min(1), count: z.number().int().min(1).max(500) }),
    foundOrders: z.object({
      customer: z.string(),
      orders: z.array(
        z.object({ id: z.string(), item: z.string(), state: z.enum(['paid', 'sent', 'returned']), price: z.number() }),
      ),
    }),
    others: Array.from({ length: Math.max(0, count - 3) }, () =>
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
