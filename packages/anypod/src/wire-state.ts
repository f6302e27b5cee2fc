import { AsyncLocalStorage } from 'node:async_hooks';
import { type AuthInfo, principalOf } from './core/caller.ts';
import type { Meter } from './core/meter.ts';
import type { ModernHandler } from './core/server-host.ts';
import { createHandles, type HandlesFor } from './core/state/handles.ts';
import { createStateEntries } from './core/state/state-entries.ts';
import { createStateLanes, type StateBackend, type StateLanes } from './core/state/state-lanes.ts';
import { UnstoredState } from './core/state/unstored-state.ts';
import type { Store } from './core/store/store.ts';
import type { BuildServer } from './mcp/sdk/build-server.ts';
import type { FactoryContext, Reuse } from './mcp/sdk/user-server.ts';
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
  /** Who calls a server that was built with this context now. */
  readonly authInfoOf: (context: FactoryContext) => AuthInfo | undefined;
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
  const callers = reuse === 'all' ? new AsyncLocalStorage<AuthInfo | undefined>() : undefined;

  const authInfoOf = ({ era, authInfo }: FactoryContext) =>
    era === 'legacy' || callers === undefined ? authInfo : callers.getStore();

  return {
    lanes,
    authInfoOf,
    handlesFor,
    withState: (build) => (context) => {
      if (context.state !== undefined) return build(context);
      const { era } = context;
      const state = handlesFor(() => principalOf(authInfoOf(context)));
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
            serve(body, caller, ...rest) {
              const serve = () => modern.serve(body, caller, ...rest);
              // Most callers of such servers are anonymous, and nobody is noted already.
              if (caller.authInfo === undefined && callers.getStore() === undefined) return serve();
              return callers.run(caller.authInfo, serve);
            },
          },
  };
}
