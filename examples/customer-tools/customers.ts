import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';

export const customerSchema = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  plan: z.string(),
  status: z.enum(['active', 'closed']),
  createdOn: z.string(),
  usage: z.object({ events: z.number(), units: z.number(), cents: z.number() }),
});
export type Customer = z.infer<typeof customerSchema>;

/** The customers of the database. */
export interface Customers {
  byEmail(email: string): Customer | undefined;
  byId(id: string): Customer | undefined;
  /** The first `limit` customers by id. */
  list(limit: number): Pick<Customer, 'id' | 'name'>[];
  idsStartingWith(prefix: string): string[];
  emailsStartingWith(prefix: string): string[];
  close(id: string): void;
}

const CUSTOMER = `
  SELECT id, email, name, plan, status, created_on AS createdOn, count(day) AS events,
         coalesce(sum(units), 0) AS units, coalesce(sum(cents), 0) AS cents
  FROM customers LEFT JOIN usage_events ON customer_id = id`;

export function createCustomers(database: DatabaseSync): Customers {
  const byEmail = database.prepare(`${CUSTOMER} WHERE email = lower(?) GROUP BY id`);
  const byId = database.prepare(`${CUSTOMER} WHERE id = ? GROUP BY id`);
  const list = database.prepare('SELECT id, name FROM customers ORDER BY id LIMIT ?');
  const ids = database.prepare('SELECT id AS value FROM customers WHERE substr(id, 1, length(?)) = ? ORDER BY id');
  const emails = database.prepare(
    'SELECT email AS value FROM customers WHERE substr(email, 1, length(?)) = lower(?) ORDER BY email',
  );
  const close = database.prepare("UPDATE customers SET status = 'closed' WHERE id = ?");
  return {
    byEmail: (email) => toCustomer(byEmail.get(email)),
    byId: (id) => toCustomer(byId.get(id)),
    list: (limit) => list.all(limit) as Pick<Customer, 'id' | 'name'>[],
    idsStartingWith: (prefix) => ids.all(prefix, prefix).map((row) => String(row['value'])),
    emailsStartingWith: (prefix) => emails.all(prefix, prefix).map((row) => String(row['value'])),
    close: (id) => void close.run(id),
  };
}

function toCustomer(row: Record<string, unknown> | undefined): Customer | undefined {
  if (row === undefined) return undefined;
  const { events, units, cents, ...customer } = row;
  return { ...customer, usage: { events, units, cents } } as Customer;
}
