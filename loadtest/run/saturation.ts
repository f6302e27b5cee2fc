import { runK6 } from './k6.ts';

const WITHIN_MS = 5 * 60_000;

export interface Saturation {
  /** Several deployments share the clients, and their rates are added. */
  readonly urls: readonly string[];
  /** `legacy`, `modern` or `bare`. */
  readonly era: string;
  /** How many call as fast as they are answered. */
  readonly clients: number;
  /** Seconds before anything is counted. */
  readonly warmUp: number;
  /** Seconds that are counted. */
  readonly seconds: number;
}

/** Calls per second of clients that call as fast as they are answered. */
export async function saturationOf({ urls, era, clients, warmUp, seconds }: Saturation): Promise<number> {
  const environment = {
    URL: urls.join(' '),
    ERA: era,
    CLIENTS: `${clients}`,
    WARM_UP: `${warmUp}`,
    SECONDS: `${seconds}`,
  };
  const { summary } = await runK6({ scenario: 'linear', name: 'saturation', environment, withinMs: WITHIN_MS });
  const count = summary.metrics['mcp_answered']?.values['count'];
  if (count === undefined || count === 0) throw new Error('no call was answered');
  return count / seconds;
}
