import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import * as z from 'zod';

const amounts = { events: z.number(), units: z.number(), cents: z.number() };
const group = z.object({ name: z.string(), ...amounts });

export const reportSchema = z.object({
  startDate: z.string(),
  endDate: z.string(),
  total: z.object(amounts),
  byFeature: z.array(group),
  byPlan: z.array(group).optional().describe('Detailed reports only.'),
  byDay: z.array(group).optional().describe('Detailed reports only.'),
  topCustomers: z.array(group).optional().describe('The ten that spent most. Detailed reports only.'),
});
export type Report = z.infer<typeof reportSchema>;
type Amounts = Report['total'];
type Groups = Map<string, Amounts>;

export interface ReportOptions {
  readonly days: readonly string[];
  readonly detailed: boolean;
  readonly signal: AbortSignal;
  /** Called after each day. */
  readonly onDay: (done: number) => Promise<void>;
}

const USAGE_OF_DAY = `
  SELECT email, plan, feature, count(*) AS events, sum(units) AS units, sum(cents) AS cents
  FROM usage_events JOIN customers ON customers.id = customer_id
  WHERE day = ? GROUP BY customer_id, feature`;

/**
 * Adds up the usage of some days. One short query for each day, and everything else that the process has to do between
 * two of them.
 *
 * @throws the reason of `signal`, before the next day
 */
export async function addUp(database: DatabaseSync, options: ReportOptions): Promise<Report> {
  const { days, detailed, signal, onDay } = options;
  const usageOfDay = database.prepare(USAGE_OF_DAY);
  const total: Groups = new Map([['total', nothing()]]);
  const features: Groups = new Map();
  const plans: Groups = new Map();
  const byDay: Groups = new Map();
  const customers: Groups = new Map();
  for (const [index, day] of days.entries()) {
    signal.throwIfAborted();
    for (const row of usageOfDay.iterate(day)) {
      const usage = row as unknown as Amounts & { email: string; plan: string; feature: string };
      add(total, 'total', usage);
      add(features, usage.feature, usage);
      add(plans, usage.plan, usage);
      add(byDay, day, usage);
      add(customers, usage.email, usage);
    }
    await onDay(index + 1);
    await setImmediate();
  }
  return {
    startDate: days.at(0) ?? '',
    endDate: days.at(-1) ?? '',
    total: total.get('total') ?? nothing(),
    byFeature: bySpending(features),
    ...(detailed && {
      byPlan: bySpending(plans),
      byDay: [...byDay].map(([name, amount]) => ({ name, ...amount })),
      topCustomers: bySpending(customers).slice(0, 10),
    }),
  };
}

function nothing(): Amounts {
  return { events: 0, units: 0, cents: 0 };
}

function add(groups: Groups, name: string, { events, units, cents }: Amounts): void {
  const sum = groups.get(name) ?? nothing();
  groups.set(name, { events: sum.events + events, units: sum.units + units, cents: sum.cents + cents });
}

function bySpending(groups: Groups): z.infer<typeof group>[] {
  return [...groups].map(([name, amount]) => ({ name, ...amount })).sort((a, b) => b.cents - a.cents);
}
