import { freePort } from '../lib/free-port.ts';
import { type Pod, type PodOptions, startPod } from '../lib/pods.ts';

/** A pod that runs like the image, with its metrics. */
export interface ServicePod extends Pod {
  /** `http://127.0.0.1:<port>` of `/metrics`. */
  readonly metrics: string;
}

export const SERVICE = 'services/mcp-server/dist/main.js';

export async function startServicePod(options: PodOptions): Promise<ServicePod> {
  const port = await freePort();
  const env = { ...options.env, ANYPOD_METRICS_PORT: `${port}` };
  const pod = await startPod({ ...options, program: SERVICE, env });
  return { ...pod, metrics: `http://127.0.0.1:${port}` };
}
