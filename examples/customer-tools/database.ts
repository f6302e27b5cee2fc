import { DatabaseSync } from 'node:sqlite';
import { seed } from './seed.ts';

const TABLES = `
  CREATE TABLE IF NOT EXISTS customers (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    plan TEXT NOT NULL,
    created_on TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'active'
  ) STRICT;
  CREATE TABLE IF NOT EXISTS usage_events (
    customer_id TEXT NOT NULL REFERENCES customers (id),
    day TEXT NOT NULL,
    feature TEXT NOT NULL,
    units INTEGER NOT NULL,
    cents INTEGER NOT NULL
  ) STRICT;
`;

/** Made after the rows: filling a table that already has them takes longer. */
const INDEXES = `
  CREATE INDEX IF NOT EXISTS usage_by_day ON usage_events (day);
  CREATE INDEX IF NOT EXISTS usage_by_customer ON usage_events (customer_id);
`;

/**
 * Opens the database and fills it where it is empty, in one transaction: of several processes that open one file, one
 * fills it and the others wait.
 *
 * @param file a path, or `:memory:`
 */
export function openDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 10_000 });
  // SQLite's own temporary files would need a writable disk.
  database.exec('PRAGMA temp_store = MEMORY');
  database.exec('BEGIN IMMEDIATE');
  database.exec(TABLES);
  if (database.prepare('SELECT 1 FROM customers LIMIT 1').get() === undefined) seed(database);
  database.exec(INDEXES);
  database.exec('COMMIT');
  return database;
}
