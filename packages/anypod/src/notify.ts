import { type AuthInfo, principalOf } from './core/caller.ts';
import type { Audience, Change } from './core/store/change-log.ts';

/** Whom to tell: all callers of a tenant, or one caller, on all connections. `principal` is the caller's `authInfo`, as a handler gets it. */
export type NotifyAudience = { readonly tenant: string } | { readonly principal: Pick<AuthInfo, 'clientId' | 'extra'> };

/**
 * Tells clients of all eras, on all pods, that something changed: all clients, or those of `audience`. Each method resolves when the change is stored. If
 * equal changes come within 0.2 s, clients hear of two at most: the first at once, the last up to 0.2 s later.
 */
export interface Notify {
  toolsChanged(audience?: NotifyAudience): Promise<void>;
  promptsChanged(audience?: NotifyAudience): Promise<void>;
  resourcesChanged(audience?: NotifyAudience): Promise<void>;
  /** Tells the clients that subscribed to `uri`. */
  resourceUpdated(uri: string, audience?: NotifyAudience): Promise<void>;
}

export function createNotify(publish: (change: Change) => Promise<void>): Notify {
  return {
    toolsChanged: (audience) => publish({ kind: 'tools_list_changed', ...target(audience) }),
    promptsChanged: (audience) => publish({ kind: 'prompts_list_changed', ...target(audience) }),
    resourcesChanged: (audience) => publish({ kind: 'resources_list_changed', ...target(audience) }),
    resourceUpdated: (uri, audience) => publish({ kind: 'resource_updated', uri, ...target(audience) }),
  };
}

function target(audience: NotifyAudience | undefined): { readonly for?: Audience } {
  if (audience === undefined) return {};
  if ('tenant' in audience) return { for: { tenant: audience.tenant } };
  // `principalOf` returns undefined only for undefined.
  return { for: { principal: principalOf(audience.principal) ?? '' } };
}
