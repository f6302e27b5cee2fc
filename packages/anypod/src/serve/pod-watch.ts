import { callFields } from '../core/call-context.ts';
import type { Meter } from '../core/meter.ts';
import { createRunningCalls, type RunningCalls } from '../mcp/sdk/running-calls.ts';
import { shortHash } from '../signing/signer.ts';
import { createOtelMeter } from '../telemetry/otel-meter.ts';

/** What a pod and its process share: both count in `meter`, and the process finds in `calls` the call that caused a fault. */
export interface PodWatch {
  readonly meter: Meter;
  readonly calls: RunningCalls;
  /** Log fields that name the call whose code runs now. Empty: no call's code runs. */
  blame(): Readonly<Record<string, string>>;
}

/** Must be called before the pod is created, and after the process has registered its OpenTelemetry SDK. */
export function createPodWatch(): PodWatch {
  const calls = createRunningCalls();
  const blame = () => {
    const call = calls.current();
    return call === undefined ? {} : callFields(call, call.session && shortHash(call.session));
  };
  return { meter: createOtelMeter(), calls, blame };
}
