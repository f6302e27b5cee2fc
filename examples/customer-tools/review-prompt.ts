import { completable, type McpServer, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import * as z from 'zod';
import type { Customers } from './customers.ts';

/** A prompt that has the model review one account. Made once for a database, registered on many servers. */
export function createReviewPrompt(customers: Customers): (server: McpServer) => void {
  const email = completable(z.string().describe("The customer's email address."), (prefix) =>
    customers.emailsStartingWith(prefix),
  );
  const config = {
    title: 'Review an account',
    description: 'Reviews the usage of one customer and suggests what to do.',
    argsSchema: z.object({ email }),
  };
  return (server) => {
    server.registerPrompt('review_account', config, (args) => {
      const customer = customers.byEmail(args.email);
      if (customer === undefined) {
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no customer with the email ${args.email}.`);
      }
      const text =
        `Review the account of ${customer.name} (${customer.plan} plan). Use generate_report to compare it with the ` +
        `others, then suggest one action.\n\n${JSON.stringify(customer, null, 2)}`;
      return { messages: [{ role: 'user', content: { type: 'text', text } }] };
    });
  };
}
