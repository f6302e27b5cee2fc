import type { CallContext } from '../core/call-context.ts';
import type { Meter } from '../core/meter.ts';
import { createRunningCalls, type RunningCalls } from '../mcp/sdk/running-calls.ts';
import { createOtelMeter } from '../telemetry/otel-meter.ts';

/** What a pod and the process around it have in common: both count, and the process asks which call had a fault. */
export interface PodWatch {
  readonly meter: Meter;
  readonly calls: RunningCalls;
  /** Fields for the log that name the call whose code runs now; empty where it is none. */
  blame(): Readonly<Record<string, string>>;
}

const SHOWN_OF_SESSION = 8;
const SHOWN_OF_NAME = 100;

/** To be made before the pod, and after the process has registered its OpenTelemetry SDK. */
export function createPodWatch(): PodWatch {
  const calls = createRunningCalls();
  return { meter: createOtelMeter(), calls, blame: () => named(calls.current()) };
}

/** An anonymous client proves with its session's id who it is, so only the beginning of the id is shown. */
function named(call: CallContext | undefined): Readonly<Record<string, string>> {
  if (call === undefined) return {};
  const { session, method, tool } = call;
  return {
    ...(session === undefined ? {} : { session: session.slice(0, SHOWN_OF_SESSION) }),
    method: method.slice(0, SHOWN_OF_NAME),
    ...(tool === undefined ? {} : { tool: tool.slice(0, SHOWN_OF_NAME) }),
  };
}
