import type { CallContext } from '../core/call-context.ts';
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

const SHOWN_OF_NAME = 100;

/** Must be called before the pod is created, and after the process has registered its OpenTelemetry SDK. */
export function createPodWatch(): PodWatch {
  const calls = createRunningCalls();
  return { meter: createOtelMeter(), calls, blame: () => named(calls.current()) };
}

/** The log fields of a call. They show the hash of the session's id, as all lines do: the id is the only credential of an anonymous client. */
function named(call: CallContext | undefined): Readonly<Record<string, string>> {
  if (call === undefined) return {};
  const { session, method, tool } = call;
  return {
    ...(session === undefined ? {} : { session: shortHash(session) }),
    method: method.slice(0, SHOWN_OF_NAME),
    ...(tool === undefined ? {} : { tool: tool.slice(0, SHOWN_OF_NAME) }),
  };
}
