import type { Change } from './core/change-log.ts';

/**
 * Tells clients of all eras, on all pods, that something changed. Each method resolves when the change is stored. If equal changes come within 0.2 s,
 * clients hear of two at most: the first at once, the last up to 0.2 s later.
 */
export interface Notify {
  toolsChanged(): Promise<void>;
  promptsChanged(): Promise<void>;
  resourcesChanged(): Promise<void>;
  /** Tells the clients that subscribed to `uri`. */
  resourceUpdated(uri: string): Promise<void>;
}

export function createNotify(publish: (change: Change) => Promise<void>): Notify {
  return {
    toolsChanged: () => publish({ kind: 'tools_list_changed' }),
    promptsChanged: () => publish({ kind: 'prompts_list_changed' }),
    resourcesChanged: () => publish({ kind: 'resources_list_changed' }),
    resourceUpdated: (uri) => publish({ kind: 'resource_updated', uri }),
  };
}
