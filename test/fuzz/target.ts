import type fc from 'fast-check';
import { type Pod, startPod } from '../lib/pods.ts';
import type { Malformed } from './request.ts';
import type { Answer } from './sender.ts';

/** A pod that is attacked, and what the requests are about. */
export interface Target {
  readonly pod: Pod;
  readonly corpus: readonly Malformed[];
  readonly requests: fc.Arbitrary<Malformed>;
  /** What stands in requests for what only a run knows, such as tokens. */
  readonly words: Readonly<Record<string, string>>;
  /** The headers with which somebody may end a session; one of them began it. */
  readonly enders: readonly Malformed['headers'][];
  /** Begins a session that requests may use, and returns its id. */
  open(): Promise<string>;
  /** Whether the answer has begun a session that no answer names, such as one of HTTP+SSE, whose stream nobody reads. */
  beginsUnnamed(request: Malformed, answer: Answer): boolean;
  /** What is wrong with the answer here, beside what is wrong everywhere. */
  faultOf(request: Malformed, answer: Answer): string | undefined;
  stop(): Promise<void>;
}

/** Starts a pod of the target with this environment, beside this Redis. */
export type StartTarget = (redisUrl: string, env: Readonly<Record<string, string>>) => Promise<Target>;

export type TargetName = 'streamable' | 'sse' | 'auth';

const FIXTURE = new URL('fixture.ts', import.meta.url).pathname;

export const startFixture = (redisUrl: string, env: Readonly<Record<string, string>>): Promise<Pod> =>
  startPod({ module: FIXTURE, redisUrl, env });
