import { createHash } from 'node:crypto';
import type { JsonRpcResponse, RequestId } from '../core/json/json-rpc.ts';
import type { ResumeStore } from '../core/store/resume-store.ts';

/** What is kept of a step. */
export interface SavedStep {
  /** Of the tool and its arguments. */
  readonly digest: string;
  /** The id under which the request went out. */
  readonly sentId: RequestId;
  readonly sentToken?: RequestId | undefined;
  /** The key by which the server's retry guard knows the call. */
  readonly guardKey?: string | undefined;
  /** How far the client got in the call's stream. */
  readonly eventId?: string | undefined;
  /** The task that the call has become. */
  readonly taskId?: string;
  /** How the call ended. */
  readonly response?: JsonRpcResponse;
}

/** A call that its client has named, so that it can go on in another process. A call without a name has a step that keeps nothing. */
export interface Step {
  /** What an earlier call of this name left. */
  readonly saved: SavedStep | undefined;
  /** Resolves when the change outlives the process. */
  save(change: Partial<SavedStep>): Promise<void>;
  /** Notes a position. Positions may come faster than they can be kept; then the newest is. */
  passed(eventId: string): void;
  /** Nothing is left of the call, as if it had never begun. */
  clear(): Promise<void>;
  /** This process has nothing more to do with the call. */
  end(): void;
}

const NOTHING_KEPT: Step = {
  saved: undefined,
  save: async () => undefined,
  passed: () => undefined,
  clear: async () => undefined,
  end: () => undefined,
};

export interface Steps {
  /** A step that keeps nothing. */
  readonly none: Step;
  /** Begins or continues a step. `running`: a call of this name is under way. `other`: the name belongs to a call with other arguments. */
  begin(name: string, params: unknown): Promise<Step | 'running' | 'other'>;
}

export function createSteps(store: ResumeStore, prefix: string): Steps {
  const running = new Set<string>();
  return {
    none: NOTHING_KEPT,
    async begin(name, params) {
      if (running.has(name)) return 'running';
      running.add(name);
      try {
        const key = `${prefix} step ${name}`;
        const digest = createHash('sha256').update(JSON.stringify(params)).digest('base64url');
        const text = await store.get(key);
        const saved = text === undefined ? undefined : (JSON.parse(text) as SavedStep);
        if (saved !== undefined && saved.digest !== digest) {
          running.delete(name);
          return 'other';
        }
        return openStep(store, key, digest, saved, () => void running.delete(name));
      } catch (error) {
        running.delete(name);
        throw error;
      }
    },
  };
}

function openStep(
  store: ResumeStore,
  key: string,
  digest: string,
  saved: SavedStep | undefined,
  end: () => void,
): Step {
  let now: SavedStep = saved ?? { digest, sentId: 0 };
  let behind = false;
  let writing: Promise<void> | undefined;
  const write = () => store.set(key, JSON.stringify(now));

  async function writePositions(): Promise<void> {
    while (behind) {
      behind = false;
      // A position that cannot be kept costs no more than reading again from an older one.
      await write().catch(() => undefined);
    }
    writing = undefined;
  }

  return {
    saved,
    async save(change) {
      now = { ...now, ...change };
      behind = false;
      await write();
    },
    passed(eventId) {
      now = { ...now, eventId };
      behind = true;
      writing ??= writePositions();
    },
    async clear() {
      now = { digest, sentId: 0 };
      behind = false;
      await writing;
      await store.delete(key);
    },
    end,
  };
}
