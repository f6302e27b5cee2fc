import type { RequestEra, RequestOutcome } from '../core/meter.ts';

/** The values of `method`. A client chooses the name of its method, so it must not decide how many series there are. */
const METHODS = [
  'initialize',
  'ping',
  'tools/list',
  'tools/call',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'prompts/list',
  'prompts/get',
  'completion/complete',
  'logging/setLevel',
  'tasks/get',
  'tasks/result',
  'tasks/list',
  'tasks/cancel',
  'tasks/update',
  'server/discover',
  'subscriptions/listen',
  'notifications/initialized',
  'notifications/cancelled',
  'notifications/progress',
  'notifications/roots/list_changed',
  'answer',
  'batch',
  'GET',
  'DELETE',
] as const;
const OTHER = 'other';
const NO_OPERATIONS = new Set(['answer', 'batch', 'GET', 'DELETE', OTHER]);
const ERAS: readonly RequestEra[] = ['legacy', 'modern', 'unknown'];
const OUTCOMES: readonly RequestOutcome[] = [
  'ok',
  'rpc_error',
  'refused',
  'unavailable',
  'failed',
  'cancelled',
  'left',
];

/** A method's requests in one era: their attributes, made once, and the counts that are not yet handed on. */
export interface RequestSeries {
  readonly duration: Readonly<Record<'method' | 'era', string>>;
  readonly outcomes: Readonly<Record<RequestOutcome, OutcomeSeries>>;
  readonly seconds: number[];
  /** It is one message of MCP, so the conventions count it too. */
  readonly operation: boolean;
}

export interface OutcomeSeries {
  readonly attributes: Readonly<Record<'method' | 'era' | 'outcome', string>>;
  count: number;
}

/** Returns a function that finds the series of a request. Its first argument may be anything that a client sends. */
export function createRequestSeries(): (method: string, era: RequestEra) => RequestSeries {
  const seriesOf = (method: string) => byName(ERAS, (era) => createSeries(method, era));
  const known = new Map<string, Record<RequestEra, RequestSeries>>(METHODS.map((method) => [method, seriesOf(method)]));
  const other = seriesOf(OTHER);
  return (method, era) => (known.get(method) ?? other)[era];
}

function createSeries(method: string, era: RequestEra): RequestSeries {
  const outcomes = byName(OUTCOMES, (outcome) => ({ attributes: { method, era, outcome }, count: 0 }));
  return { duration: { method, era }, outcomes, seconds: [], operation: !NO_OPERATIONS.has(method) };
}

function byName<K extends string, V>(names: readonly K[], make: (name: K) => V): Record<K, V> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<K, V>;
}
