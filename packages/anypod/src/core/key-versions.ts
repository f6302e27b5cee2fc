/** The first key version; the ids of its sessions carry no mark. */
export const FIRST_KEY_VERSION = 'v1';

/** The key version that all keys of a session are in, for its whole life: its id begins with it. */
export function keyVersionOf(session: string): string {
  const dot = session.indexOf('.');
  return dot === -1 ? FIRST_KEY_VERSION : session.slice(0, dot);
}

/** Which key version sessions begin in, while pods of an older and a newer build serve side by side. */
export interface KeyVersions {
  /** The version for a session that begins now, as of the last look. */
  current(): string;
  /**
   * Looks at what the builds of the living pods know; a pod does so before it takes its lease, and once per lease. Rejects with
   * `AnypodError` `no_common_version` where some living pod and this build could not serve the same session.
   */
  look(): Promise<void>;
}
