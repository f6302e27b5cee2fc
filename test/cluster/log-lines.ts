import type { Pod } from '../lib/pods.ts';

/** The lines of a pod's log whose message begins with `message`. */
export function logLines(pod: Pick<Pod, 'logs'>, message: string): readonly Record<string, unknown>[] {
  return pod
    .logs()
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ msg }) => typeof msg === 'string' && msg.startsWith(message));
}
