import type { Change } from './core/change-log.ts';

/**
 * Tells clients of all eras, on all pods, that something changed. Each resolves when the change is stored. Changes that are alike and come within 0.2 s
 * of each other are told as two at most, so all but the first may take that long.
 */
export interface Notify {
  toolsChanged(): Promise<void>;
  promptsChanged(): Promise<void>;
  resourcesChanged(): Promise<void>;
  /** Reaches the clients that subscribed to `uri`. */
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
