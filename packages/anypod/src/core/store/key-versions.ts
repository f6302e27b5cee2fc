/** The first key version. Ids of its sessions do not name it. */
export const FIRST_KEY_VERSION = 'v1';

/** The key version of all keys of a session. Its id begins with it, so it never changes. */
export function keyVersionOf(session: string): string {
  const dot = session.indexOf('.');
  return dot === -1 ? FIRST_KEY_VERSION : session.slice(0, dot);
}

/** The key version of new sessions, while pods of an older and a newer build serve side by side. */
export interface KeyVersions {
  /** The version for a session that begins now, according to the last `look`. */
  current(): string;
  /**
   * Reads which versions the living pods know. A pod calls this before it takes its lease, and then once per lease. Rejects with `AnypodError`
   * `no_common_version` if this build and some living pod share no version.
   */
  look(): Promise<void>;
}
