/** `ok`: as clients need it. `warn`: some clients will have trouble. `fail`: calls or messages get lost. `skip`: could not be found out. */
export type Verdict = 'ok' | 'warn' | 'fail' | 'skip';

/** What a probe found out. */
export interface Finding {
  readonly verdict: Verdict;
  /** What was seen: counts, statuses, times. */
  readonly evidence: string;
  /** What to do about it; for `skip` and `ok`, how to find out more. */
  readonly remedy?: string;
}

/** One row of a diagnosis. */
export interface Row extends Finding {
  /** A stable name, for scripts. */
  readonly id: string;
}

/** What was found out about an endpoint. */
export interface Diagnosis {
  readonly url: string;
  /** Name and version of the server. Absent: no MCP server answered. */
  readonly server?: string;
  readonly rows: readonly Row[];
}

/** Told each row as soon as it is found. */
export type OnRow = (row: Row) => void;

export const well = (evidence: string, remedy?: string): Finding => ({ verdict: 'ok', evidence, ...asked(remedy) });
export const warning = (evidence: string, remedy: string): Finding => ({ verdict: 'warn', evidence, remedy });
export const fault = (evidence: string, remedy: string): Finding => ({ verdict: 'fail', evidence, remedy });
export const unknown = (evidence: string, remedy?: string): Finding => ({
  verdict: 'skip',
  evidence,
  ...asked(remedy),
});

const asked = (remedy: string | undefined) => (remedy === undefined ? {} : { remedy });

/** Usual timeouts are longer than the doctor watches by default. */
export const WATCH_LONGER =
  'Most proxies end what is idle after 30, 60 or 100 s. To watch for longer, pass --watch 65000, or 105000.';
