import {
  BARE,
  type Kind,
  MODERN,
  REDIS,
  REUSING,
  SDK_ALONE,
  SDK_ALONE_MODERN,
  SDK_MODERN,
  SDK_V1,
  SDK_V1_SSE,
} from '../kinds.ts';
import type { Row } from '../report.ts';
import { GO } from './peers.ts';

/** What the rows that a target speaks of have in common. */
export type Selector = Partial<Pick<Row, 'name' | 'era' | 'tools' | 'schemas' | 'work'>>;

/** A promise about CPU time: a row costs at most so many times what another row of its study costs. */
export interface Target {
  readonly sentence: string;
  /** Each row that fits is judged. */
  readonly of: Selector;
  /** What the other row differs in; else it is alike. */
  readonly against: Selector;
  readonly atMost: number;
}

const only = ({ name, era }: Kind) => ({ name, era });
const bare = { ...only(BARE), tools: 1 };
const inSession = { ...only(REDIS), schemas: 'hoisted' } as const;
const fresh = { ...only(MODERN), schemas: 'hoisted' } as const;
const reusing = { ...only(REUSING), schemas: 'hoisted' } as const;

const PER_CALL: readonly Target[] = (['call', 'mixed'] as const).flatMap((work) => [
  {
    sentence: 'A call in a session on Redis costs at most 0.33 × a call in an in-memory session of SDK v1.',
    of: { ...inSession, work },
    against: only(SDK_V1),
    atMost: 0.33,
  },
  {
    sentence: 'A call in a session on Redis costs at most 0.6 × a call in an in-memory session of the Go SDK.',
    of: { ...inSession, work },
    against: only(GO),
    atMost: 0.6,
  },
  {
    sentence: 'A call in a session on Redis costs at most 2.5 × the bare echo.',
    of: { ...inSession, work },
    against: bare,
    atMost: 2.5,
  },
  {
    sentence: 'A call without a session costs at most 0.6 × a call with createMcpHandler.',
    of: { ...fresh, work },
    against: only(SDK_MODERN),
    atMost: 0.6,
  },
  {
    sentence: 'A call without a session, with reused servers, costs at most 0.33 × a call with createMcpHandler.',
    of: { ...reusing, work },
    against: only(SDK_MODERN),
    atMost: 0.33,
  },
  {
    sentence: 'In a session, schemas made in the factory cost at most 1.5 × hoisted ones per call.',
    of: { ...inSession, schemas: 'factory', work },
    against: { schemas: 'hoisted' },
    atMost: 1.5,
  },
  {
    sentence:
      'Without a session and with reused servers, schemas made in the factory cost at most 1.5 × hoisted ones per call.',
    of: { ...reusing, schemas: 'factory', work },
    against: { schemas: 'hoisted' },
    atMost: 1.5,
  },
]);

/** Goals that the SDK's own part decides. */
const AT_THE_FLOOR: readonly Target[] = [
  {
    sentence: "A call without a session costs at most 1.3 × the user's server, made and asked by nothing else.",
    of: { ...fresh, work: 'call' },
    against: only(SDK_ALONE_MODERN),
    atMost: 1.3,
  },
  {
    sentence: 'A call without a session, with reused servers, costs at most 2.6 × the bare echo.',
    of: { ...reusing, work: 'call' },
    against: bare,
    atMost: 2.6,
  },
  {
    sentence: 'A call that streams, with its log in Redis, costs at most as much as a stream of SDK v1.',
    of: { ...inSession, work: 'progress' },
    against: only(SDK_V1_SSE),
    atMost: 1,
  },
  {
    sentence: "Opening a session on Redis costs at most 1.15 × the user's server, made and initialized.",
    of: { ...inSession, work: 'open' },
    against: only(SDK_ALONE),
    atMost: 1.15,
  },
];

/** The promises that a comparison judges. */
export const TARGETS: readonly Target[] = [
  ...PER_CALL,
  ...AT_THE_FLOOR,
  {
    sentence: 'Opening a session on Redis costs at most 0.33 × opening one in the memory of SDK v1.',
    of: { ...inSession, work: 'open' },
    against: only(SDK_V1),
    atMost: 0.33,
  },
  ...[inSession, fresh, reusing].map((of) => ({
    sentence: `${of.name}, ${of.era}: twenty tools cost at most 1.1 × one tool per call.`,
    of: { ...of, work: 'call' as const, tools: 20 },
    against: { tools: 1 },
    atMost: 1.1,
  })),
];
