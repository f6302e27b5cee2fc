import { setTimeout as delay } from 'node:timers/promises';
import { type CommandOptions, runCommand } from './run-command.ts';

/** What the tests read of a pod. */
export interface PodStatus {
  readonly name: string;
  readonly uid: string;
  readonly ready: boolean;
  readonly terminating: boolean;
  /** Why its containers do not run, as the kubelet says it. */
  readonly waiting: readonly string[];
  readonly restarts: number;
}

/** Plain kubectl in one namespace of whatever cluster `KUBECONFIG` names. */
export interface Kubectl {
  readonly namespace: string;
  run(args: readonly string[], options?: CommandOptions): Promise<string>;
  apply(object: object): Promise<void>;
  /** Pods with these labels; those that end included. */
  pods(selector: string): Promise<PodStatus[]>;
  /** Resolves when exactly so many pods are there, all of them ready. Throws with what keeps them from it. */
  settled(selector: string, count: number, timeoutMs?: number): Promise<PodStatus[]>;
}

/** Above the longest grace period in use, and the start of a new pod. */
const SETTLED_WITHIN_MS = 150_000;

export function createKubectl(namespace: string, signal: AbortSignal): Kubectl {
  const run: Kubectl['run'] = (args, options) =>
    runCommand('kubectl', ['--namespace', namespace, ...args], { signal, ...options });
  const pods: Kubectl['pods'] = async (selector) => {
    const { items } = JSON.parse(await run(['get', 'pods', '--selector', selector, '--output', 'json'])) as PodList;
    return items.map(statusOf);
  };
  return {
    namespace,
    run,
    apply: async (object) => void (await run(['apply', '--filename', '-'], { input: JSON.stringify(object) })),
    pods,
    async settled(selector, count, timeoutMs = SETTLED_WITHIN_MS) {
      const until = Date.now() + timeoutMs;
      for (;;) {
        const found = await pods(selector);
        if (found.length === count && found.every(({ ready, terminating }) => ready && !terminating)) return found;
        refuseWithoutImage(found);
        if (Date.now() > until) throw new Error(`${selector}: not ${count} ready pods: ${JSON.stringify(found)}`);
        await delay(500, undefined, { signal });
      }
    },
  };
}

interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
    readonly status: {
      readonly conditions?: readonly { readonly type: string; readonly status: string }[];
      readonly containerStatuses?: readonly {
        readonly restartCount: number;
        readonly image: string;
        readonly state: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
      }[];
    };
  }[];
}

function statusOf({ metadata, status }: PodList['items'][number]): PodStatus {
  const containers = status.containerStatuses ?? [];
  return {
    name: metadata.name,
    uid: metadata.uid,
    ready: status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true,
    terminating: metadata.deletionTimestamp !== undefined,
    waiting: containers.flatMap(({ image, state: { waiting } }) =>
      waiting === undefined ? [] : [`${image}: ${waiting.reason} ${waiting.message ?? ''}`.trim()],
    ),
    restarts: containers.reduce((sum, { restartCount }) => sum + restartCount, 0),
  };
}

/** A node without the image does not get it by waiting. */
function refuseWithoutImage(pods: readonly PodStatus[]): void {
  const missing = pods.flatMap(({ waiting }) => waiting).find((why) => /ErrImage|ImagePull|InvalidImageName/.test(why));
  if (missing === undefined) return;
  throw new Error(
    `The nodes do not have an image that the tests need (${missing}). Bring it to them, e.g. with LOAD_IMAGES='kind load docker-image' make e2e-k8s.`,
  );
}
