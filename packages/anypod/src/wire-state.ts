import { AsyncLocalStorage } from 'node:async_hooks';
import { principalOf } from './core/caller.ts';
import { createHandles, type HandlesFor } from './core/handles.ts';
import type { Meter } from './core/meter.ts';
import type { ModernHandler } from './core/server-host.ts';
import { createStateEntries } from './core/state-entries.ts';
import { createStateLanes, type StateBackend, type StateLanes } from './core/state-lanes.ts';
import type { Store } from './core/store.ts';
import { UnstoredState } from './core/unstored-state.ts';
import type { BuildServer } from './mcp/sdk/build-server.ts';
import type { Reuse } from './mcp/sdk/user-server.ts';
import { randomId } from './signing/signer.ts';

export interface StateSettings {
  readonly stateByteLimit: number;
  readonly handleTtlMs: number;
  readonly reuse?: Reuse;
}

/** What servers keep, as the rooms need it. */
export interface StateParts {
  readonly lanes: StateLanes;
  readonly handlesFor: HandlesFor;
  /** Gives the factory what the server may keep, unless its session does. */
  withState(build: BuildServer): BuildServer;
  /** Notes who calls, if servers are shared by callers. */
  withCallers(modern: ModernHandler): ModernHandler;
}

const NOWHERE: StateBackend = {
  name: 'nowhere',
  read: async () => undefined,
  entries: async () => new Map(),
  write: async () => ({ outcome: 'gone' }),
};

/** `writer`: the name of this pod. */
export function wireState(store: Store, writer: string, meter: Meter, settings: StateSettings): StateParts {
  const { stateByteLimit: limit, handleTtlMs: ttlMs, reuse } = settings;
  const limited = () => meter.limited('handle_limit');
  const lanes = createStateLanes(writer);
  const handlesFor = createHandles({ store: store.state, lanes, random: randomId, ttlMs, limit, limited });
  /** A storage makes every promise slower, so there is none where the factory knows who calls. */
  const callers = reuse === 'all' ? new AsyncLocalStorage<string | undefined>() : undefined;

  return {
    lanes,
    handlesFor,
    withState: (build) => (context) => {
      if (context.state !== undefined) return build(context);
      const { era, authInfo } = context;
      const state = handlesFor(() => (callers === undefined ? principalOf(authInfo) : callers.getStore()));
      if (era === 'modern') return build({ ...context, state });
      // The check at the start builds servers for no session.
      const entries = createStateEntries(new UnstoredState(NOWHERE, limit), { lanes, limit });
      return build({ ...context, state, session: { id: '', ...entries } });
    },
    withCallers: (modern) =>
      callers === undefined
        ? modern
        : {
            ...modern,
            get busy() {
              return modern.busy;
            },
            serve: (body, caller, ...rest) =>
              callers.run(principalOf(caller.authInfo), () => modern.serve(body, caller, ...rest)),
          },
  };
}
