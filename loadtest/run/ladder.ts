import { startHaproxy } from '../../test/lib/haproxy.ts';
import type { Pauses } from './pauses.ts';
import { POD_NODE_OPTIONS, REUSING_MODULE, type StackOptions, startBare, startStack } from './stack.ts';

/** One more step from the floor to a whole deployment. */
export interface Rung {
  readonly name: string;
  start(pauses: Pauses): Promise<{ readonly url: string; stop(): Promise<unknown> }>;
  readonly legs: readonly Leg[];
  /** A whole deployment: also measured at half of saturation. */
  readonly whole?: boolean;
  /** Also measured with tools that take other times. */
  readonly otherTools?: boolean;
}

/** How a rung is called. */
export interface Leg {
  readonly name: string;
  readonly era: string;
  readonly streamed: boolean;
  /** The calls go to bare servers, which promise nothing. */
  readonly isFloor?: boolean;
}

/** The call of the floor. */
export const BARE: Leg = { name: 'JSON', era: 'bare', streamed: false, isFloor: true };
const LEGS: readonly Leg[] = [
  { name: 'legacy JSON', era: 'legacy', streamed: false },
  { name: 'legacy SSE', era: 'legacy', streamed: true },
  { name: 'modern JSON', era: 'modern', streamed: false },
  { name: 'modern SSE', era: 'modern', streamed: true },
];

const stackOf = (options: StackOptions) => (pauses: Pauses) =>
  startStack({ ...options, env: pauses.env(POD_NODE_OPTIONS) });

export const FLOOR: Rung = { name: 'bare node:http', start: (pauses) => startBare(pauses.env()), legs: [BARE] };
/** The bare server in the place of the pods. */
export const BALANCED_FLOOR: Rung = { name: 'balancer + bare node:http', start: startBalancedBare, legs: [] };

async function startBalancedBare(pauses: Pauses) {
  const bare = await startBare(pauses.env());
  const balancer = await startHaproxy({ pods: [{ port: Number(new URL(bare.url).port) }], balance: 'roundrobin' });
  const stop = async () => {
    await balancer.stop();
    await bare.stop();
  };
  return { url: balancer.url, stop };
}

const WHOLE = { pods: 3, redis: true, balancer: true };
const REUSING_LEG: Leg = { name: 'modern JSON with reuse', era: 'modern', streamed: false };
/** From the floor to a whole deployment, each with one thing more. */
export const LADDER: readonly Rung[] = [
  FLOOR,
  { name: 'one pod', start: stackOf({ pods: 1, redis: false, balancer: false }), legs: LEGS },
  { name: 'balancer + one pod', start: stackOf({ pods: 1, redis: false, balancer: true }), legs: LEGS },
  { name: 'balancer + Redis + 3 pods', start: stackOf(WHOLE), legs: LEGS, whole: true, otherTools: true },
  {
    name: 'balancer + Redis + 3 pods',
    start: stackOf({ ...WHOLE, module: REUSING_MODULE }),
    legs: [REUSING_LEG],
    whole: true,
  },
];
