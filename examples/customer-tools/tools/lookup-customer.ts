import type { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { type Customers, customerSchema } from '../customers.ts';
import { emailSchema, requireCustomer } from './require-customer.ts';

const inputSchema = z.object({ email: emailSchema });

export function registerLookupCustomer(server: McpServer, customers: Customers): void {
  const config = {
    title: 'Look up a customer',
    description: 'Finds a customer by email: name, plan, status, and what they used in 2025.',
    inputSchema,
    outputSchema: customerSchema,
    annotations: { readOnlyHint: true, openWorldHint: false },
  };
  server.registerTool('lookup_customer', config, ({ email }) => {
    const customer = requireCustomer(customers, email);
    const { events, units, cents } = customer.usage;
    const who = `${customer.name} <${customer.email}> (${customer.id}): ${customer.plan} plan, ${customer.status}`;
    const text = `${who}, since ${customer.createdOn}; ${events} events, ${units} units, $${(cents / 100).toFixed(2)}.`;
    return { content: [{ type: 'text', text }], structuredContent: customer };
  });
}
