import type { Kept } from '../../core/server-host.ts';
import type { SessionState, StateHandles } from '../../core/state/state.ts';
import { createStateEntries } from '../../core/state/state-entries.ts';
import { createStoredBackend, type StateBackend } from '../../core/state/state-lanes.ts';
import { UnstoredState } from '../../core/state/unstored-state.ts';
import type { PodContext } from '../context/context.ts';

/** What the servers of one session on this pod keep. It makes each part when a factory asks for it. */
export class KeptState implements Kept {
  readonly #context: PodContext;
  readonly #id: string;
  readonly #principal: string | undefined;
  readonly #onWrite: (work: Promise<unknown>) => void;
  /** Undefined: the store had the session when this pod learned of it. */
  readonly #unstored: UnstoredState | undefined;

  /** `onWrite` gets each write to the session that begins. */
  constructor(
    context: PodContext,
    { id, principal }: { readonly id: string; readonly principal?: string },
    isStored: boolean,
    onWrite: (work: Promise<unknown>) => void,
  ) {
    this.#context = context;
    this.#id = id;
    this.#principal = principal;
    this.#onWrite = onWrite;
    if (!isStored) this.#unstored = new UnstoredState(this.#stored(), context.options.stateByteLimit);
  }

  get session(): SessionState {
    const { lanes, options } = this.#context;
    const backend = this.#unstored ?? this.#stored();
    const entries = createStateEntries(backend, { lanes, limit: options.stateByteLimit }, this.#onWrite);
    return { id: this.#id, ...entries };
  }

  get state(): StateHandles {
    return this.#context.handlesFor(() => this.#principal);
  }

  /** What the factory has kept before the store had the session; see `UnstoredState.take`. */
  take(): ReadonlyMap<string, string> {
    return this.#unstored?.take() ?? new Map<string, string>();
  }

  /** The store has the session. */
  stored(): void {
    this.#unstored?.stored();
  }

  #stored(): StateBackend {
    return createStoredBackend(this.#context.store.state, { session: this.#id }, `session ${this.#id}`);
  }
}
