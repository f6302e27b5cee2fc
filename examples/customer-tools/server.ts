import { McpServer } from '@modelcontextprotocol/server';
import { registerCustomerResource } from './customer-resource.ts';
import { createCustomers } from './customers.ts';
import { openDatabase } from './database.ts';
import { createReviewPrompt } from './review-prompt.ts';
import { registerCloseAccount } from './tools/close-account.ts';
import { registerGenerateReport } from './tools/generate-report.ts';
import { registerGrowthReport } from './tools/growth-report.ts';
import { registerLookupCustomer } from './tools/lookup-customer.ts';

const database = openDatabase(process.env['CUSTOMERS_DATABASE'] ?? ':memory:');
const customers = createCustomers(database);
const registerReviewPrompt = createReviewPrompt(customers);

/** A server for one session, or for one request: cheap to make, because data and schemas exist already. */
export default function createServer(): McpServer {
  const server = new McpServer(
    { name: 'customer-tools', title: 'Customer tools', version: '1.0.0' },
    { instructions: 'Customers and their usage in 2025. Try lookup_customer with customer@example.com.' },
  );
  registerLookupCustomer(server, customers);
  registerGenerateReport(server, database);
  registerGrowthReport(server, database);
  registerCloseAccount(server, customers);
  registerCustomerResource(server, customers);
  registerReviewPrompt(server);
  return server;
}
