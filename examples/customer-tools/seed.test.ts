import { expect, it } from 'vitest';
import { openDatabase } from './database.ts';

const COUNTS = `SELECT (SELECT count(*) FROM customers) AS customers, (SELECT count(*) FROM usage_events) AS events,
  (SELECT sum(cents) FROM usage_events) AS cents, (SELECT group_concat(email) FROM customers WHERE id < 'cus-0004') AS emails`;

it('holds the same customers and events in every process', () => {
  const [one, other] = [openDatabase(':memory:'), openDatabase(':memory:')];
  const counts = one.prepare(COUNTS).get();
  expect(counts).toMatchObject({ customers: 1_000, events: 100_000 });
  expect(counts).toEqual(other.prepare(COUNTS).get());
  expect(String(counts?.['emails'])).toContain('customer@example.com');
  expect(one.prepare('SELECT count(DISTINCT customer_id) AS active FROM usage_events').get()).toEqual({
    active: 1_000,
  });
});
