import * as z from 'zod';
import type { Customer, Customers } from '../customers.ts';

export const emailSchema = z
  .email('Give one email address, such as customer@example.com.')
  .describe("The customer's email address.");

/** @throws an error whose message the model reads, where there is no such customer. */
export function requireCustomer(customers: Customers, email: string): Customer {
  const customer = customers.byEmail(email);
  if (customer === undefined) {
    throw new Error(
      `There is no customer with the email ${email}. Check the spelling, or ask the user for the address.`,
    );
  }
  return customer;
}
