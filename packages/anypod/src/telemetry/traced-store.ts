import type { Store } from '../core/store/store.ts';
import { type Traces, through } from '../core/traces.ts';

type Method = (...args: unknown[]) => unknown;
type Port = Readonly<Record<string, unknown>>;

/** They last as long as the pod, or ask no store. */
const UNTRACED: ReadonlySet<string> = new Set(['inbox.listen', 'changes.follow', 'tasks.work', 'versions.current']);

/** The store, each of whose calls for a recorded request is a step of it: `store <port>.<method>`. */
export function traceStore(store: Store, traces: Traces | undefined): Store {
  if (traces === undefined) return store;
  const ports = Object.entries(store).map(([name, port]) => [
    name,
    typeof port === 'function' ? port : tracePort(name, port as Port, traces),
  ]);
  return Object.fromEntries(ports) as Store;
}

function tracePort(port: string, methods: Port, traces: Traces): Port {
  const traced = Object.entries(methods).map(([name, method]) => {
    const call = `${port}.${name}`;
    if (typeof method !== 'function' || UNTRACED.has(call)) return [name, method];
    return [name, traceCall(`store ${call}`, method.bind(methods) as Method, traces)];
  });
  return Object.fromEntries(traced) as Port;
}

function traceCall(name: string, call: Method, traces: Traces): Method {
  return (...args) => {
    const step = traces.callStore(name);
    return step === undefined ? call(...args) : through(step, async () => call(...args));
  };
}
