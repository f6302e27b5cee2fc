import { acceptedContent, inputRequired, inputResponse, type McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import type { Customers } from '../customers.ts';
import { emailSchema, requireCustomer } from './require-customer.ts';

const inputSchema = z.object({ email: emailSchema });
const confirmation = z.object({ confirm: z.boolean().describe('Close the account for good?') });

/**
 * Written once for both eras: a modern client calls again with the answer; for a 2025 client the SDK asks while the call
 * waits, then runs the handler again.
 */
export function registerCloseAccount(server: McpServer, customers: Customers): void {
  const config = {
    title: 'Close an account',
    description: "Closes a customer's account for good, after the user has confirmed.",
    inputSchema,
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  };
  server.registerTool('close_account', config, ({ email }, ctx) => {
    const customer = requireCustomer(customers, email);
    if (customer.status === 'closed') return say(`The account of ${customer.email} is closed already.`);

    const { inputResponses } = ctx.mcpReq;
    // The state names the account of the question, so that no answer counts for another account.
    const asked = ctx.mcpReq.requestState<string>() === customer.id;
    if (!asked || inputResponse(inputResponses, 'confirm').kind === 'missing') {
      const message = `Close the account of ${customer.name} <${customer.email}> for good?`;
      const confirm = inputRequired.elicit({ message, requestedSchema: confirmation });
      return inputRequired({ inputRequests: { confirm }, requestState: customer.id });
    }
    if (acceptedContent(inputResponses, 'confirm', confirmation)?.confirm !== true) {
      return say(`The user did not confirm. The account of ${customer.email} stays open.`);
    }
    customers.close(customer.id);
    return say(`The account of ${customer.email} is closed.`);
  });
}

function say(text: string) {
  return { content: [{ type: 'text' as const, text }] };
}
