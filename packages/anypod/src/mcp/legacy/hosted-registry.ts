import type { JsonRpcNotification } from '../../core/json/json-rpc.ts';
import type { Log } from '../../core/log.ts';
import type { Meter } from '../../core/meter.ts';
import { itemsOf, REGISTRIES } from '../internals/registries.ts';
import { RunningCall, type RunningCalls } from '../sdk/running-calls.ts';
import { createRegistryTexts } from './registry-snapshot.ts';
import { type ChangedFor, type RegistryOwner, type Unfollowed, VisibleRegistry } from './visible-registry.ts';

/** A notification whose handler runs on every pod. Its owner is no server, because it is no request of one. */
class NotificationCall extends RunningCall {
  readonly reach: 'every' | 'again';

  constructor({ method, params }: JsonRpcNotification, session: string, reach: 'every' | 'again') {
    super({ jsonrpc: '2.0', id: '', method, ...(params && { params }) }, session, {});
    this.reach = reach;
  }
}

export interface HostedRegistriesOptions {
  readonly calls: RunningCalls;
  readonly log: Log;
  readonly meter: Pick<Meter, 'unfollowed'>;
}

/** Watches the registries of one module's servers. */
export interface HostedRegistries {
  /** Undefined: this server has no registry that is known. `touched`: see `Outlet`. */
  watch(server: object, touched: () => void): VisibleRegistry | undefined;
  /** Hands in a notification so that its handler's changes are recognised as changes that every pod makes. */
  hand(
    notification: JsonRpcNotification,
    session: string,
    reach: 'every' | 'again' | undefined,
    hand: () => void,
  ): void;
}

const WHY: Readonly<Record<Unfollowed, string>> = {
  added:
    'the server registered something after the factory had returned it, so other pods do not have it; register it in the factory and disable it there, then enable it, or read context.session in the factory (docs/state.md)',
  code: 'the server changed a callback or schema after the factory had returned it, so other pods keep the old one; let the callback read context.session instead (docs/state.md)',
};

export function createHostedRegistries({ calls, log, meter }: HostedRegistriesOptions): HostedRegistries {
  const said = new Set<Unfollowed>();
  const texts = createRegistryTexts();

  function changedFor(): ChangedFor {
    const call = calls.current();
    return call instanceof NotificationCall ? call.reach : 'session';
  }

  return {
    watch(server, touched) {
      if (REGISTRIES.every((registry) => itemsOf(server, registry) === undefined)) return undefined;
      const owner: RegistryOwner = {
        changedFor,
        touched,
        unfollowed(why, { kind }, key) {
          meter.unfollowed(why);
          if (said.has(why)) return;
          said.add(why);
          log.warn({ kind, name: key.slice(0, 100) }, WHY[why]);
        },
        failed: (err, { kind }, key) =>
          log.warn({ err, kind, name: key.slice(0, 100) }, 'a change of the registry could not be made on this pod'),
      };
      return new VisibleRegistry(server, owner, texts);
    },
    hand(notification, session, reach, hand) {
      if (reach === undefined) hand();
      else calls.run(new NotificationCall(notification, session, reach), hand);
    },
  };
}
