import { McpServer } from '@modelcontextprotocol/server';
import pg from 'pg';
import * as z from 'zod';

/** One pool for all sessions of this pod. It connects when a tool needs it, so the pod starts before its database. */
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 5, statement_timeout: 10_000 });
// An idle connection is lost when the database restarts. The next query gets a new one.
pool.on('error', (error) => console.error('a connection to the database was lost:', error.message));

const customer = z.string().min(1).max(100).describe('The name of the customer.');
const finding = z.object({ customer });
const placing = z.object({
  key: z.string().min(8).max(100).describe('A name for this order. The same name never orders twice.'),
  customer,
  item: z.string().min(1).max(100),
  quantity: z.int().min(1).max(1000),
});

const say = (text: string) => ({ content: [{ type: 'text' as const, text }] });

/** Orders in PostgreSQL. The database is the state: any pod answers any call. */
export default function createServer(): McpServer {
  const server = new McpServer({ name: 'orders', version: '1.0.0' });
  server.registerTool(
    'find_orders',
    { description: 'Lists the orders of a customer.', inputSchema: finding, annotations: { readOnlyHint: true } },
    async ({ customer }) => {
      const { rows } = await pool.query('SELECT item, quantity FROM orders WHERE customer = $1 ORDER BY id', [
        customer,
      ]);
      return say(rows.map(({ item, quantity }) => `${quantity} × ${item}`).join('\n') || 'no orders');
    },
  );
  server.registerTool(
    'place_order',
    // It may run twice, because a client repeats it or another pod takes it over. The key makes that one order.
    { description: 'Places an order.', inputSchema: placing, annotations: { idempotentHint: true } },
    async ({ key, customer, item, quantity }) => {
      const insert =
        'INSERT INTO orders (key, customer, item, quantity) VALUES ($1, $2, $3, $4) ON CONFLICT (key) DO NOTHING';
      const { rowCount } = await pool.query(insert, [key, customer, item, quantity]);
      return say(rowCount === 1 ? `ordered ${quantity} × ${item}` : `the order ${key} exists already`);
    },
  );
  return server;
}
