import { failureOf, failureOfResult } from './failure.ts';
import type { CallRecord } from './records.ts';
import type { ChaosClient } from './wire-client.ts';

/** Above everything that a promise allows: what takes longer hangs. */
const TIMEOUT_MS = 25_000;
/** A modern call has no way back, so a shorter time tells. */
const MODERN_TIMEOUT_MS = 20_000;

/** A call of the load, and what must come of it. */
export interface Call {
  readonly tool: string;
  readonly args: Record<string, unknown>;
  readonly steps: number;
  readonly expected: string;
  readonly rerunnable?: boolean;
  readonly effect?: string;
}

/** Calls, and records what came; a failure is recorded, never thrown. */
export async function runCall(client: ChaosClient, name: string, call: Call, legacy: boolean): Promise<CallRecord> {
  const { tool, args, steps, expected, rerunnable = false, effect } = call;
  const startedAt = performance.now();
  const record: CallRecord = {
    client: name,
    tool,
    steps,
    rerunnable,
    startedAt,
    endedAt: startedAt,
    seen: [],
    ...(effect === undefined ? {} : { effect }),
  };
  try {
    const text = await client.call(tool, args, {
      timeout: legacy ? TIMEOUT_MS : MODERN_TIMEOUT_MS,
      onprogress: ({ progress, message = '' }) =>
        record.seen.push({ number: progress, run: message.split(' ')[0] as string, at: performance.now() }),
    });
    if (text !== expected) record.failure = failureOfResult(text, expected);
  } catch (error) {
    record.failure = failureOf(error, { hasId: legacy && record.seen.length > 0, modern: !legacy });
  }
  record.endedAt = performance.now();
  return record;
}
