import { runK6 } from './k6.ts';

const WITHIN_MS = 5 * 60_000;

/** Calls per second of so many clients (default: the profile's) that call as fast as they are answered. */
export async function saturationOf(url: string, era: string, profile: string, clients = 0): Promise<number> {
  const environment = { URL: url, ERA: era, PROFILE: profile, CLIENTS: `${clients}` };
  const { summary } = await runK6({ scenario: 'linear', name: 'saturation', environment, withinMs: WITHIN_MS });
  const rate = summary.metrics['mcp_answered{scenario:measured}']?.values['rate'];
  if (rate === undefined || rate === 0) throw new Error('no call was answered');
  return rate;
}
