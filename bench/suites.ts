import {
  BARE,
  type Kind,
  MEMORY,
  MODERN,
  REDIS,
  REUSING,
  SDK_ALONE,
  SDK_ALONE_KEPT,
  SDK_ALONE_MODERN,
  SDK_ALONE_REUSED,
  SDK_MODERN,
  SDK_V1,
  SDK_V1_SSE,
  SDK_V2,
} from './kinds.ts';
import type { Subject } from './subject.ts';
import type { Work } from './work.ts';

/** One kind with so many tools at one work. */
export function subject(kind: Kind, work: Work, tools: number, schemas: Subject['schemas'] = 'hoisted'): Subject {
  return { ...kind, work, tools, schemas };
}

/** The user's server and nothing of ours: in a session, made for each call, and reused. */
const FLOORS = [SDK_ALONE, SDK_ALONE_MODERN, SDK_ALONE_REUSED];

const twenty = (work: Work, kinds: readonly Kind[]) => kinds.map((kind) => subject(kind, work, 20));

/** The floor beside a work: it knows no sessions, no list and no streams. */
export function floorOf(work: Work): Subject {
  return subject(BARE, work === 'mixed' || work === 'held-out' ? work : 'call', 1);
}

/** What is measured side by side: `call` is the one that the ratios of the documentation come from. */
export const SUITES: Readonly<Record<Work | 'factory', readonly Subject[]>> = {
  call: [...FLOORS, SDK_V1, SDK_V2, MEMORY, REDIS, SDK_MODERN, MODERN, REUSING].flatMap((kind) => [
    subject(kind, 'call', 1),
    subject(kind, 'call', 20),
  ]),
  factory: [REDIS, SDK_MODERN, MODERN, REUSING].flatMap((kind) => [
    subject(kind, 'call', 20),
    subject(kind, 'call', 20, 'factory'),
  ]),
  mixed: twenty('mixed', [SDK_V1, REDIS, SDK_MODERN, MODERN, REUSING]),
  'held-out': twenty('held-out', [SDK_V1, SDK_V2, REDIS, SDK_MODERN, MODERN, REUSING]),
  progress: twenty('progress', [SDK_V1_SSE, MEMORY, REDIS]),
  list: twenty('list', [SDK_V1, SDK_V2, REDIS, SDK_MODERN, MODERN, REUSING]),
  open: twenty('open', [SDK_ALONE, SDK_ALONE_KEPT, SDK_V1, SDK_V2, MEMORY, REDIS]),
};
