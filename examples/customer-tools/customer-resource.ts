import { type McpServer, ResourceNotFoundError, ResourceTemplate } from '@modelcontextprotocol/server';
import type { Customers } from './customers.ts';

const LISTED = 100;

/** `customer://{id}`: a customer as JSON. The list has the first hundred; completion knows all ids. */
export function registerCustomerResource(server: McpServer, customers: Customers): void {
  const template = new ResourceTemplate('customer://{id}', {
    list: () => ({
      resources: customers.list(LISTED).map(({ id, name }) => ({ uri: `customer://${id}`, name: id, title: name })),
    }),
    complete: { id: (prefix) => customers.idsStartingWith(prefix) },
  });
  const config = { title: 'Customer', description: 'One customer, as JSON.', mimeType: 'application/json' };
  server.registerResource('customer', template, config, (uri, { id }) => {
    const customer = customers.byId(String(id));
    if (customer === undefined) throw new ResourceNotFoundError(uri.href, `There is no customer ${String(id)}.`);
    return { contents: [{ uri: uri.href, mimeType: 'application/json', text: JSON.stringify(customer, null, 2) }] };
  });
}
