/** The leases of the pods. */
export interface PodRegistry {
  /** Says that `pod` lives for `leaseMs` more; the store's clock counts. Keeps the pod's inbox and ownership from expiring too. */
  renew(pod: string, leaseMs: number): Promise<void>;
  /** The pods whose lease has not run out. */
  living(): Promise<ReadonlySet<string>>;
  /** The pods whose lease has run out, or that left, and that nobody has buried yet. */
  dead(): Promise<readonly string[]>;
  /** Ends the lease now. */
  leave(pod: string): Promise<void>;
  /**
   * Forgets a dead pod; one that has renewed its lease meanwhile is left alone. Its inbox stays for a while, for it may only have been paused.
   */
  forget(pod: string): Promise<void>;
}
