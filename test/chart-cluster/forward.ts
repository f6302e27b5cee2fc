import { join } from 'node:path';
import { startChild } from '../lib/child.ts';
import { waitUntilReady } from '../lib/wait-until-ready.ts';

const KUBECTL = join(import.meta.dirname, '../../.helm/4/kubectl');

/** A port of the cluster on this machine. It ends with the pod to which it leads. */
export interface Forward {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  stop(): Promise<unknown>;
}

/** Runs `kubectl port-forward` to a pod, or to one pod of a Service, on a free port. */
export async function forward(namespace: string, object: string, port: number): Promise<Forward> {
  const child = startChild(KUBECTL, ['--namespace', namespace, 'port-forward', object, `:${port}`]);
  const address = () => /Forwarding from (127\.0\.0\.1:\d+)/.exec(child.logs())?.[1];
  await waitUntilReady(child, async () => address() !== undefined, { name: 'kubectl port-forward' });
  return { origin: `http://${address()}`, stop: () => child.stop() };
}
