import type { DatabaseSync } from 'node:sqlite';
import { daysBetween } from './days.ts';
import { createRandom, type Random } from './random.ts';

const CUSTOMERS = 1_000;
const EVENTS = 100_000;
export const FIRST_DAY = '2025-01-01';
export const LAST_DAY = '2025-12-31';

const FIRST_NAMES = ['Ada', 'Bo', 'Chidi', 'Dana', 'Elif', 'Femi', 'Grete', 'Hugo', 'Ines', 'Jun'] as const;
const LAST_NAMES = ['Abe', 'Brandt', 'Costa', 'Diallo', 'Eriksen', 'Fox', 'Garcia', 'Haddad', 'Ito', 'Jansen'] as const;
const PLANS = ['free', 'free', 'team', 'team', 'enterprise'] as const;
const FEATURES = ['search', 'export', 'api', 'storage', 'chat'] as const;
const CENTS_PER_UNIT = { search: 1, export: 5, api: 2, storage: 3, chat: 4 };

/** Fills an empty database. Always the same rows. */
export function seed(database: DatabaseSync): void {
  const random = createRandom(2025);
  seedCustomers(database, random);
  seedEvents(database, random);
}

function seedCustomers(database: DatabaseSync, random: Random): void {
  const insert = database.prepare('INSERT INTO customers (id, email, name, plan, created_on) VALUES (?, ?, ?, ?, ?)');
  const joined = daysBetween('2020-01-01', '2024-12-31') as [string, ...string[]];
  for (let number = 1; number <= CUSTOMERS; number++) {
    const first = random.pick(FIRST_NAMES);
    const last = random.pick(LAST_NAMES);
    const email = number === 1 ? 'customer@example.com' : `${first}.${last}.${number}@example.com`.toLowerCase();
    insert.run(customerId(number), email, `${first} ${last}`, random.pick(PLANS), random.pick(joined));
  }
}

function seedEvents(database: DatabaseSync, random: Random): void {
  const insert = database.prepare(
    'INSERT INTO usage_events (customer_id, day, feature, units, cents) VALUES (?, ?, ?, ?, ?)',
  );
  const days = daysBetween(FIRST_DAY, LAST_DAY) as [string, ...string[]];
  for (let number = 0; number < EVENTS; number++) {
    const feature = random.pick(FEATURES);
    const units = 1 + random.below(20);
    // Every customer has one event at least.
    const customer = number < CUSTOMERS ? number + 1 : 1 + random.below(CUSTOMERS);
    insert.run(customerId(customer), random.pick(days), feature, units, units * CENTS_PER_UNIT[feature]);
  }
}

function customerId(number: number): string {
  return `cus-${String(number).padStart(4, '0')}`;
}
